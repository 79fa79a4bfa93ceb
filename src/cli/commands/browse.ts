import type { CommandSpec } from '../command-spec.js';

export const browse: CommandSpec = {
  name: 'browse',
  summary: 'look into datasets and download from them',
  example: "dm browse -c 'connect-account local; connect-dataset 2; find'",
  options: [
    {
      flag: 'command',
      short: 'c',
      kind: 'text',
      value: 'COMMANDS',
      help: 'run these, separated by ";", and leave',
    },
  ],
  run: async (context) => {
    const { runBrowse } = await import('../browse/run-browse.js');
    await runBrowse(context);
  },
};
