import { DmError } from '../../model/error.js';
import type { CommandContext } from '../command-context.js';
import type { CommandSpec } from '../command-spec.js';
import { toStderr } from '../format/warning-line.js';
import { writeText } from '../format/write-text.js';
import { treeJson } from '../tree-json.js';
import { untilAborted } from '../until-aborted.js';

export const objectList: CommandSpec = {
  name: 'list',
  summary: 'print a dataset as a JSON tree',
  example:
    'dm object list --account-id backup2cloud --target-type=backup --basepath nightly/source',
  options: [
    {
      flag: 'account-id',
      kind: 'text',
      value: 'ACCOUNT',
      help: 'where the dataset is',
      required: true,
    },
    {
      flag: 'target-type',
      kind: 'text',
      value: 'TYPE',
      choices: ['backup'],
      help: 'what was written there',
    },
    {
      flag: 'basepath',
      kind: 'text',
      value: 'PATH',
      help: 'target base path of the backup',
      required: true,
    },
    {
      flag: 'dataset',
      kind: 'text',
      value: 'N',
      help: 'number of the dataset; the newest if absent',
    },
  ],
  run: list,
};

async function list(context: CommandContext): Promise<void> {
  const { options, io } = context;
  const client = await context.client();
  const account = options.required('account-id');
  const base_path = options.required('basepath');
  const wanted = options.text('dataset');
  const signal = context.signal();
  let newest: { id: number; basePath: string } | null = null;
  const all = client.listDatasets({ account, base_path }, signal, toStderr(io));
  for await (const { id, dataset_base_path } of all) {
    if (wanted === undefined || String(id) === wanted) newest = { id, basePath: dataset_base_path };
  }
  if (newest === null) {
    throw new DmError(
      'not_found',
      `account ${account} has no dataset${wanted === undefined ? '' : ` ${wanted}`} at ${base_path}; see "dm datasets list --account-id ${account}"`,
    );
  }
  const request = { account, dataset: String(newest.id), path: Buffer.alloc(0) };
  const entries = untilAborted(client.browseTree(request, signal), signal);
  for await (const text of treeJson(newest.basePath, entries)) await writeText(io.stdout, text);
}
