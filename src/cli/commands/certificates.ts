import type { GroupSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import { columns } from '../format/columns.js';
import { readPemFile } from '../read-file.js';
import { certificateKind } from './certificate-kind.js';
import { certificateSettings } from './certificate-settings.js';

const CRL_COLUMNS = columns(
  {
    id: 'ID',
    name: 'NAME',
    issuer: 'ISSUER',
    next_update: 'NEXT UPDATE',
    revoked: 'REVOKED',
    status: 'STATUS',
  },
  'this_update',
);

const crl: GroupSpec = {
  name: 'crl',
  summary: 'lists of revoked certificates',
  example: 'dm certificates crl create --crl-path=/etc/pki/ca.crl --name=site-crl',
  commands: [
    {
      name: 'create',
      summary: 'install a list of revoked certificates',
      example: 'dm certificates crl create --crl-path=/etc/pki/ca.crl --name=site-crl',
      options: [
        { flag: 'crl-path', kind: 'text', value: 'FILE', required: true, help: 'PEM file' },
        { flag: 'name', kind: 'text', value: 'NAME', required: true, help: 'name of the list' },
      ],
      run: async ({ options, output, client }) => {
        const crl_pem = readPemFile(options.required('crl-path'), 'revocation list');
        const created = await (await client()).createCrl({
          name: options.required('name'),
          crl_pem,
        });
        await output.created(created.id);
      },
    },
    {
      name: 'list',
      summary: 'list them',
      example: 'dm certificates crl list',
      run: async ({ output, client }) => {
        await output.list(CRL_COLUMNS, (await (await client()).listCrls({})).crls);
      },
    },
    {
      name: 'delete',
      summary: 'remove one',
      example: 'dm certificates crl delete site-crl',
      arguments: [argument('CRL', 'name or id')],
      run: async ({ args, client }) => {
        await (await client()).deleteCrl({ ref: args[0] ?? '' });
      },
    },
  ],
};

export const certificates: GroupSpec = {
  name: 'certificates',
  summary: 'certificate authorities, identities, revocation',
  example: 'dm certificates ca list',
  commands: [
    certificateKind('ca'),
    certificateKind('identity'),
    crl,
    {
      name: 'revoke',
      summary: 'refuse a certificate or a public key from now on',
      example: 'dm certificates revoke spki:6f1c…',
      arguments: [argument('FINGERPRINT', 'SHA-256 of a certificate, or spki: and that of a key')],
      options: [{ flag: 'undo', kind: 'boolean', help: 'take the revocation back' }],
      run: async ({ args, options, client }) => {
        const undo = options.boolean('undo') ?? false;
        await (await client()).revokeFingerprint({ fingerprint: args[0] ?? '', undo });
      },
    },
    certificateSettings,
  ],
};
