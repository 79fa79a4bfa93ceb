import { DmError } from '../../model/error.js';
import type { GroupSpec } from '../command-spec.js';
import { later } from '../option-spec.js';

export const certificateSettings: GroupSpec = {
  name: 'settings',
  summary: 'how certificates are checked',
  example: 'dm certificates settings view',
  commands: [
    {
      name: 'view',
      summary: 'show the settings',
      example: 'dm certificates settings view',
      run: async ({ output, client }) => {
        await output.view(await (await client()).getCertificateSettings({}));
      },
    },
    {
      name: 'modify',
      summary: 'change settings',
      example: 'dm certificates settings modify --strict-hostname-check=true',
      options: [
        { flag: 'enable-encryption', kind: 'boolean', help: 'must stay true' },
        {
          flag: 'strict-hostname-check',
          kind: 'boolean',
          help: 'peers must bear the dialled name',
        },
        ...later('ocsp-uri', 'revocation-setting'),
      ],
      run: async ({ options, output, client }) => {
        const encryption = options.boolean('enable-encryption');
        const strict = options.boolean('strict-hostname-check');
        if (encryption === undefined && strict === undefined) {
          throw new DmError(
            'usage',
            'nothing to change; give --strict-hostname-check=true or false',
          );
        }
        const settings = await (await client()).modifyCertificateSettings({
          ...(encryption === undefined ? {} : { enable_encryption: encryption }),
          ...(strict === undefined ? {} : { strict_hostname_check: strict }),
        });
        await output.view(settings);
      },
    },
  ],
};
