import type { GroupSpec } from '../command-spec.js';

export const peerAccess: GroupSpec = {
  name: 'peer-access',
  summary: 'what peers may do here without a grant',
  example: 'dm peer-access view',
  commands: [
    {
      name: 'view',
      summary: 'show the ceiling of this agent, and what a peer without a grant may do',
      example: 'dm peer-access view',
      run: async ({ output, client }) => {
        await output.view(await (await client()).getPeerAccess({}));
      },
    },
    {
      name: 'reset',
      summary: 'after all grants were deleted: give every peer the ceiling again',
      example: 'dm peer-access reset',
      run: async ({ output, client }) => {
        await output.view(await (await client()).resetPeerAccess({}));
      },
    },
  ],
};
