import type { GroupSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import { columns } from '../format/columns.js';

const COLUMNS = columns(
  {
    path: 'PATH',
    state: 'STATE',
    owner: 'OWNER',
    head_dataset_id: 'HEAD',
    datasets: 'DATASETS',
    last_received_at: 'LAST RECEIVED',
  },
  'path_base64',
  'tree',
  'origin_system',
  'origin_base_path',
);

export const targets: GroupSpec = {
  name: 'targets',
  summary: 'trees received here',
  example: 'dm targets list',
  commands: [
    {
      name: 'list',
      summary: 'list them',
      example: 'dm targets list',
      run: async ({ output, client }) => {
        await output.list(COLUMNS, (await (await client()).listTargets({})).targets);
      },
    },
    {
      name: 'view',
      summary: 'show one',
      example: 'dm targets view /srv/copies/projects',
      arguments: [argument('PATH', 'its directory')],
      run: async ({ args, output, client }) => {
        await output.view(await (await client()).getTarget({ path: args[0] ?? '' }));
      },
    },
    {
      name: 'release',
      summary: 'give a tree to its users: no copy goes into it until it is reclaimed',
      example: 'dm targets release /srv/copies/projects',
      arguments: [argument('PATH', 'its directory')],
      run: async ({ args, output, client }) => {
        await output.view(await (await client()).releaseTarget({ path: args[0] ?? '' }));
      },
    },
    {
      name: 'reclaim',
      summary: 'let a released tree take copies again',
      example: 'dm targets reclaim /srv/copies/projects',
      arguments: [argument('PATH', 'its directory')],
      run: async ({ args, output, client }) => {
        await output.view(await (await client()).reclaimTarget({ path: args[0] ?? '' }));
      },
    },
  ],
};
