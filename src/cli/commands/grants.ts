import { DmError } from '../../model/error.js';
import type { CommandSpec, GroupSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import { columns } from '../format/columns.js';

const COLUMNS = columns(
  { id: 'ID', identity: 'IDENTITY', ca: 'CA', root: 'ROOT', allow: 'ALLOW' },
  'root_base64',
  'beyond_ceiling',
  'created_at',
);

const create: CommandSpec = {
  name: 'create',
  summary:
    'allow a peer something at and below a directory; from the first grant on, others may nothing',
  example: 'dm grants create --identity spki:6f1c… --root /srv/copies/alpha --allow read,write',
  options: [
    {
      flag: 'identity',
      kind: 'text',
      value: 'WHO',
      required: true,
      help: 'spki:SHA256 of a key, SHA-256 of a certificate, or CN=NAME with --ca',
    },
    { flag: 'ca', kind: 'text', value: 'CA', help: 'installed CA whose CN=NAME is meant' },
    { flag: 'root', kind: 'text', value: 'PATH', required: true, help: 'where it is allowed' },
    {
      flag: 'allow',
      kind: 'text',
      value: 'RIGHTS',
      required: true,
      help: 'read,create,write,expire,work,privileged, or none',
    },
  ],
  run: async ({ options, output, client }) => {
    const request = {
      identity: options.required('identity'),
      ca: options.text('ca') ?? '',
      root: options.required('root'),
      allow: rights(options.required('allow')),
    };
    await output.created((await (await client()).createGrant(request)).id);
  },
};

export const grants: GroupSpec = {
  name: 'grants',
  summary: 'what single peers may do here',
  example: 'dm grants list',
  commands: [
    create,
    {
      name: 'list',
      summary: 'list them',
      example: 'dm grants list',
      run: async ({ output, client }) => {
        await output.list(COLUMNS, (await (await client()).listGrants({})).grants);
      },
    },
    {
      name: 'delete',
      summary: 'take one away; what its peer is doing with it ends',
      example: 'dm grants delete 2',
      arguments: [argument('GRANT', 'its id')],
      run: async ({ args, client }) => {
        await (await client()).deleteGrant({ ref: args[0] ?? '' });
      },
    },
  ],
};

function rights(text: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.length === 1 && words[0] === 'none') return [];
  if (words.includes('none') || words.includes('')) {
    throw new DmError('usage', `--allow=${text} must be none, or a list such as read,write`);
  }
  return [...new Set(words)];
}
