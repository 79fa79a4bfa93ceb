import { DmError } from '../../model/error.js';
import { download } from '../browse/download.js';
import { print } from '../browse/printed.js';
import { BrowseSession } from '../browse/session.js';
import type { CommandContext } from '../command-context.js';
import type { CommandSpec } from '../command-spec.js';
import { toStderr } from '../format/warning-line.js';
import { OBJECT_OPTIONS, objectOptions } from './object-account-options.js';

export const objectExport: CommandSpec = {
  name: 'export',
  summary: 'write a backup as plain files, without an agent; as root with all metadata',
  example:
    'dm object export --type DIRECTORY --uri file:///mnt/disk --basepath nightly/projects --to /tmp/rescued',
  options: [
    { flag: 'type', kind: 'text', value: 'TYPE', required: true, help: 'type of the account' },
    { flag: 'uri', kind: 'text', value: 'URI', required: true, help: 'of the bucket or directory' },
    {
      flag: 'basepath',
      kind: 'text',
      value: 'PATH',
      required: true,
      help: 'base path of the backup there',
    },
    {
      flag: 'dataset',
      kind: 'text',
      value: 'N',
      help: 'number of the dataset; the newest if absent',
    },
    {
      flag: 'to',
      kind: 'text',
      value: 'DIR',
      required: true,
      help: 'directory to write it into, below the name of the backup',
    },
    { flag: 'force', kind: 'switch', help: 'replace files that are there' },
    ...OBJECT_OPTIONS,
  ],
  run,
};

async function run(context: CommandContext): Promise<void> {
  const { options, io, output } = context;
  const signal = context.signal();
  const offline = await io.offlineBackups();
  const [type, uri] = [options.required('type'), options.required('uri')];
  const store = { type, uri, options: await objectOptions(options, io) };
  await using client = await offline.open(store, signal);
  const base_path = options.required('basepath');
  const wanted = options.text('dataset');
  let newest: number | null = null;
  const all = client.listDatasets({ account: '', base_path }, signal, toStderr(io));
  for await (const { id } of all) {
    if (wanted === undefined || String(id) === wanted) newest = id;
  }
  if (newest === null) {
    throw new DmError(
      'not_found',
      `${uri} has no dataset${wanted === undefined ? '' : ` ${wanted}`} at ${base_path}; check --basepath`,
    );
  }
  const session = new BrowseSession(client);
  await session.connectAccount('store');
  await session.connectDataset(String(newest));
  const request = {
    source: Buffer.from('/'),
    destination: Buffer.from(options.required('to')),
    // Nobody else could give files to their owners.
    metadata: process.geteuid?.() === 0,
    force: options.has('force'),
    forSpecials: 'run it as root',
  };
  await print('export', download(session, request, signal), output);
}
