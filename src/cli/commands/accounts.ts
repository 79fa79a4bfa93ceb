import { COMPRESSION_MODES } from '../../model/compression.js';
import { DmError } from '../../model/error.js';
import { isErrorCode } from '../../model/error-codes.js';
import type { CommandContext } from '../command-context.js';
import type { GroupSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import type { ModifyAccountRequest } from '../control-messages.js';
import { columns } from '../format/columns.js';
import type { OptionSpec } from '../option-spec.js';
import { OBJECT_OPTIONS, objectOptions } from './object-account-options.js';

const COLUMNS = columns(
  { id: 'ID', name: 'NAME', account_type: 'TYPE', uri: 'URI' },
  'auth_mode',
  'ca_certificate_id',
  'client_certificate_id',
  'peer_fingerprint',
  'pinned_at',
  'max_tasks',
  'compression',
  'briefcase',
);
const REF = [argument('ACCOUNT', 'name or id')];
const NAME: OptionSpec = { flag: 'name', kind: 'text', value: 'NAME', help: 'name here' };
const URI: OptionSpec = {
  flag: 'uri',
  kind: 'text',
  value: 'URI',
  help: 'dm://host:port[,host:port], https://endpoint/bucket[/prefix] or file:///path',
};
const SHARED: readonly OptionSpec[] = [
  {
    flag: 'ca-certificate-id',
    kind: 'text',
    value: 'CA',
    help: 'certificate authority that must vouch for the peer',
  },
  {
    flag: 'client-certificate-id',
    kind: 'text',
    value: 'IDENTITY',
    help: 'identity shown to the peer',
  },
  {
    flag: 'compression',
    kind: 'text',
    choices: [...COMPRESSION_MODES],
    help: 'of what travels to the peer and back; auto: where the link is slower',
  },
  { flag: 'briefcase', kind: 'text', help: 'note kept with the account' },
];
const CREATE_EXAMPLE = 'dm accounts create DM --name=second --uri=dm://second.example:7722';

export const accounts: GroupSpec = {
  name: 'accounts',
  summary: 'places that hold datasets',
  example: CREATE_EXAMPLE,
  commands: [
    {
      name: 'create',
      summary: 'add an account: another agent, a bucket or a directory',
      example: CREATE_EXAMPLE,
      arguments: [argument('TYPE', 'DM, DIRECTORY, S3, AWS_S3 or ECS_S3')],
      options: [
        { ...NAME, required: true },
        { ...URI, required: true },
        {
          flag: 'auth-mode',
          kind: 'text',
          choices: ['CLOUD', 'CERTIFICATE'],
          help: 'how we log in',
        },
        ...SHARED,
        {
          flag: 'peer-fingerprint',
          kind: 'text',
          value: 'FP',
          help: "SHA-256 of the peer's public key",
        },
        ...OBJECT_OPTIONS,
      ],
      run: create,
    },
    {
      name: 'list',
      summary: 'list all accounts',
      example: 'dm accounts list --format json',
      run: async ({ output, client }) => {
        await output.list(COLUMNS, (await (await client()).listAccounts({})).accounts);
      },
    },
    {
      name: 'view',
      summary: 'show one account',
      example: 'dm accounts view second',
      arguments: REF,
      run: async ({ args, output, client }) => {
        await output.view(await (await client()).getAccount({ ref: args[0] ?? '' }));
      },
    },
    {
      name: 'modify',
      summary: 'change an account',
      example: 'dm accounts modify second --peer-fingerprint=relearn',
      arguments: REF,
      options: [
        NAME,
        URI,
        ...SHARED,
        {
          flag: 'peer-fingerprint',
          kind: 'text',
          value: 'FP[,NEXT]',
          help: 'keys to accept, or "relearn" to take the next one met',
        },
        ...OBJECT_OPTIONS,
      ],
      run: modify,
    },
    {
      name: 'delete',
      summary: 'remove an account; nothing at the place changes',
      example: 'dm accounts delete second',
      arguments: REF,
      run: async ({ args, client }) => {
        await (await client()).deleteAccount({ ref: args[0] ?? '' });
      },
    },
    {
      name: 'ping',
      summary: 'reach an account and show what is allowed or possible there',
      example: 'dm accounts ping second --pings 3',
      arguments: REF,
      options: [
        {
          flag: 'pings',
          kind: 'integer',
          minimum: 1,
          maximum: 1000,
          help: 'how many; 1 if absent',
        },
        {
          flag: 'timeout',
          kind: 'integer',
          minimum: 1,
          value: 'S',
          maximum: 3600,
          help: 'seconds',
        },
      ],
      run: ping,
    },
  ],
};

async function create({ args, options, output, client, io }: CommandContext): Promise<void> {
  const created = await (await client()).createAccount({
    account_type: args[0] ?? '',
    name: options.required('name'),
    uri: options.required('uri'),
    auth_mode: options.text('auth-mode') ?? '',
    ca_certificate_id: options.text('ca-certificate-id') ?? '',
    client_certificate_id: options.text('client-certificate-id') ?? '',
    peer_fingerprint: options.text('peer-fingerprint') ?? '',
    briefcase: options.text('briefcase') ?? '',
    compression: options.text('compression') ?? '',
    object: await objectOptions(options, io),
  });
  await output.created(created.id);
}

const MODIFIABLE = [
  ['name', 'name'],
  ['uri', 'uri'],
  ['ca-certificate-id', 'ca_certificate_id'],
  ['client-certificate-id', 'client_certificate_id'],
  ['peer-fingerprint', 'peer_fingerprint'],
  ['briefcase', 'briefcase'],
  ['compression', 'compression'],
] as const;

async function modify({ args, options, output, client, io }: CommandContext): Promise<void> {
  const request: ModifyAccountRequest = { ref: args[0] ?? '' };
  for (const [flag, field] of MODIFIABLE) {
    const value = options.text(flag);
    if (value !== undefined) request[field] = value;
  }
  const object = await objectOptions(options, io);
  if (object !== null) request.object = object;
  if (Object.keys(request).length === 1) {
    throw new DmError('usage', 'nothing to change; give the option to set, such as --uri');
  }
  await output.view(await (await client()).modifyAccount(request));
}

async function ping({ args, options, output, client }: CommandContext): Promise<void> {
  const timeout = options.integer('timeout');
  const reply = await (await client()).pingAccount({
    ref: args[0] ?? '',
    pings: options.integer('pings') ?? 1,
    ...(timeout === undefined ? {} : { timeout_ms: timeout * 1000 }),
  });
  await output.view(reply);
  const failed = reply.checks.find(({ result }) => result === 'failed');
  if (failed !== undefined) {
    const code = isErrorCode(failed.code) ? failed.code : 'internal';
    throw new DmError(code, `${failed.name}: ${failed.meaning}`);
  }
}
