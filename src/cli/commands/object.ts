import type { CommandContext } from '../command-context.js';
import type { GroupSpec } from '../command-spec.js';
import type { RekeyBackupRequest } from '../control-messages.js';
import { columns } from '../format/columns.js';
import type { OptionValues } from '../option-values.js';
import { readNamedBytes, readNamedFile } from '../read-file.js';
import { withoutLineEnd } from '../read-secret.js';
import { objectExport } from './object-export.js';
import { objectList } from './object-list.js';
import { objectPrune } from './object-prune.js';
import { objectRepair } from './object-repair.js';

const KEY_COLUMNS = columns({ id: 'KEY', opens_for_account: 'OF THE ACCOUNT' });

export const object: GroupSpec = {
  name: 'object',
  summary: 'backups in object accounts',
  example: 'dm object rekey --account-id backup2cloud --basepath nightly/projects',
  commands: [
    objectList,
    objectExport,
    objectPrune,
    objectRepair,
    {
      name: 'rekey',
      summary: 'list, add and take away what opens an encrypted backup',
      example:
        'dm object rekey --account-id backup2cloud --basepath nightly/projects --add-passphrase-file second.txt',
      options: [
        {
          flag: 'account-id',
          kind: 'text',
          required: true,
          value: 'ACCOUNT',
          help: 'the object account',
        },
        {
          flag: 'basepath',
          kind: 'text',
          required: true,
          value: 'PATH',
          help: 'base path of the backup there',
        },
        {
          flag: 'add-passphrase-file',
          kind: 'text',
          value: 'FILE',
          help: 'file with a further passphrase',
        },
        { flag: 'add-key-file', kind: 'text', value: 'FILE', help: 'further key file' },
        { flag: 'remove', kind: 'list', value: 'KEY', help: 'key to take away, by its id' },
      ],
      run: rekey,
    },
  ],
};

async function rekey({ options, output, client }: CommandContext): Promise<void> {
  const remove = options.get('remove');
  const request: RekeyBackupRequest = {
    account: options.required('account-id'),
    base_path: options.required('basepath'),
    remove_ids: Array.isArray(remove) ? remove : [],
    ...addedSecret(options),
  };
  const { keys } = await (await client()).rekeyBackup(request);
  await output.list(KEY_COLUMNS, keys);
}

function addedSecret(
  options: OptionValues,
): Pick<RekeyBackupRequest, 'add_key' | 'add_passphrase'> {
  const key = options.text('add-key-file');
  const passphrase = options.text('add-passphrase-file');
  return {
    ...(key === undefined ? {} : { add_key: readNamedBytes(key, 'key file') }),
    ...(passphrase === undefined
      ? {}
      : { add_passphrase: withoutLineEnd(readNamedFile(passphrase, 'passphrase file')) }),
  };
}
