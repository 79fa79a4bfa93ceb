import { DmError } from '../../model/error.js';
import type { CommandContext } from '../command-context.js';
import type { CommandSpec, GroupSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import type { Certificate } from '../control-messages.js';
import { columns } from '../format/columns.js';
import type { OptionSpec } from '../option-spec.js';
import { later } from '../option-spec.js';
import { readNamedFile, readPemFile } from '../read-file.js';

type Kind = 'ca' | 'identity';

const COLUMNS = columns(
  { id: 'ID', name: 'NAME', subject: 'SUBJECT', not_after: 'VALID UNTIL', status: 'STATUS' },
  'description',
  'issuer',
  'not_before',
  'fingerprint_sha256',
  'spki_sha256',
  'dnsnames',
);
const NAME: OptionSpec = { flag: 'name', kind: 'text', value: 'NAME', help: 'name here' };
const DESCRIPTION: OptionSpec = { flag: 'description', kind: 'text', help: 'note for people' };
const CERTIFICATE: OptionSpec = {
  flag: 'certificate-path',
  kind: 'text',
  value: 'FILE',
  required: true,
  help: 'PEM file of the certificate',
};
const KEY: readonly OptionSpec[] = [
  {
    flag: 'certificate-key-path',
    kind: 'text',
    value: 'FILE',
    required: true,
    help: 'PEM file of its private key',
  },
  {
    flag: 'certificate-key-password-file',
    kind: 'text',
    value: 'FILE',
    help: 'file with the password of the key',
  },
  ...later('certificate-key-password'),
];
const EXAMPLES: Readonly<Record<Kind, string>> = {
  ca: 'dm certificates ca create --certificate-path=ca.pem --name=test-CA',
  identity:
    'dm certificates identity create --certificate-key-path=identity.key --certificate-path=identity.crt --name=Test-ID',
};

/** The commands on installed certificates of one kind. */
export function certificateKind(kind: Kind): GroupSpec {
  const what = kind === 'ca' ? 'certificate authority' : 'identity';
  const ref = [argument('CERTIFICATE', 'name or id')];
  const create: CommandSpec = {
    name: 'create',
    summary: `install ${kind === 'ca' ? 'a' : 'an'} ${what}`,
    example: EXAMPLES[kind],
    options: [
      CERTIFICATE,
      ...(kind === 'identity' ? KEY : []),
      { ...NAME, required: true },
      DESCRIPTION,
    ],
    run: (context) => (kind === 'ca' ? createCa(context) : createIdentity(context)),
  };
  return {
    name: kind,
    summary: kind === 'ca' ? 'certificate authorities trusted here' : 'certificates of this agent',
    example: EXAMPLES[kind],
    commands: [
      create,
      {
        name: 'list',
        summary: 'list them',
        example: `dm certificates ${kind} list`,
        run: async (context) => context.output.list(COLUMNS, await installed(kind, context)),
      },
      {
        name: 'view',
        summary: 'show one',
        example: `dm certificates ${kind} view test-CA`,
        arguments: ref,
        run: (context) => view(kind, context),
      },
      {
        name: 'modify',
        summary: 'change name or description',
        example: `dm certificates ${kind} modify test-CA --description="head office"`,
        arguments: ref,
        options: [NAME, DESCRIPTION],
        run: (context) => modify(kind, context),
      },
      {
        name: 'delete',
        summary: 'remove one; its connections end',
        example: `dm certificates ${kind} delete test-CA`,
        arguments: ref,
        run: async (context) => {
          const client = await context.client();
          await client.deleteCertificate({ kind, ref: context.argument(0) });
        },
      },
    ],
  };
}

async function createCa({ options, output, client }: CommandContext): Promise<void> {
  const certificate_pem = readPemFile(options.required('certificate-path'), 'certificate');
  const created = await (await client()).createCaCertificate({
    name: options.required('name'),
    description: options.text('description') ?? '',
    certificate_pem,
  });
  await output.created(created.id);
}

async function createIdentity({ options, output, client }: CommandContext): Promise<void> {
  const certificate_pem = readPemFile(options.required('certificate-path'), 'certificate');
  const key_pem = readPemFile(options.required('certificate-key-path'), 'private key');
  const passwordFile = options.text('certificate-key-password-file');
  const created = await (await client()).createIdentityCertificate({
    name: options.required('name'),
    description: options.text('description') ?? '',
    certificate_pem,
    key_pem,
    key_password:
      passwordFile === undefined
        ? ''
        : readNamedFile(passwordFile, 'password file').replace(/\r?\n$/, ''),
  });
  await output.created(created.id);
}

async function installed(kind: Kind, { client }: CommandContext): Promise<Certificate[]> {
  const agent = await client();
  const list = await (kind === 'ca'
    ? agent.listCaCertificates({})
    : agent.listIdentityCertificates({}));
  return list.certificates;
}

async function view(kind: Kind, context: CommandContext): Promise<void> {
  const ref = context.argument(0);
  const all = await installed(kind, context);
  const found = all.find((one) => one.id === ref) ?? all.find((one) => one.name === ref);
  if (found === undefined) {
    throw new DmError(
      'not_found',
      `${kind} certificate "${ref}" does not exist; see "dm certificates ${kind} list"`,
    );
  }
  await context.output.view(found);
}

async function modify(kind: Kind, context: CommandContext): Promise<void> {
  const name = context.options.text('name');
  const description = context.options.text('description');
  if (name === undefined && description === undefined) {
    throw new DmError('usage', 'nothing to change; give --name or --description');
  }
  const changed = await (await context.client()).modifyCertificate({
    kind,
    ref: context.argument(0),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  });
  await context.output.view(changed);
}
