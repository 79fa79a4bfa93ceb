import { DmError } from '../../model/error.js';
import { parseEscaped } from '../../util/escape.js';
import type { CommandContext } from '../command-context.js';
import type { CommandSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import type { DatasetView } from '../control-messages.js';
import { columns } from '../format/columns.js';
import { errorLine } from '../format/error-line.js';
import { toStderr } from '../format/warning-line.js';

const COLUMNS = columns(
  {
    dataset_id: 'DATASET',
    dataset_creation_time: 'CREATED',
    type: 'TYPE',
    size: 'BYTES',
    mtime_ns: 'MODIFIED',
    changed: 'CHANGED',
  },
  'gfid',
  'content_version',
);

export const versions: CommandSpec = {
  name: 'versions',
  summary: 'one path in every dataset of a place',
  example: 'dm versions backup2cloud:nightly/projects/README.txt',
  arguments: [argument('ACCOUNT:PATH', 'base path of the datasets, and the path below it')],
  run: async (context) => {
    await context.output.list(COLUMNS, rows(context));
  },
};

/**
 * A row for each dataset that has the path and may be read, oldest first; `changed`
 * where it is not as in the one before.
 */
async function* rows(context: CommandContext): AsyncGenerator<object, void> {
  const word = context.argument(0);
  const colon = word.indexOf(':');
  if (colon < 1 || colon === word.length - 1) {
    throw new DmError('usage', `"${word.slice(0, 80)}" is not ACCOUNT:PATH; give both`);
  }
  const account = word.slice(0, colon);
  const wanted = word.slice(colon + 1);
  const client = await context.client();
  let last: string | null = null;
  let any = false;
  const all = client.listDatasets(
    { account, base_path: '' },
    context.signal(),
    toStderr(context.io),
  );
  for await (const dataset of all) {
    const path = below(dataset, wanted);
    if (path === null) continue;
    const found = await stat({ account, dataset: String(dataset.id), path });
    if (found === null) {
      last = null;
      continue;
    }
    const { gfid, type, size, mtime_ns, content_version } = found;
    // Names and numbers of links change with other paths.
    const { name: _, nlink: __, ...compared } = found;
    const state = JSON.stringify(compared);
    any = true;
    yield {
      dataset_id: dataset.id,
      dataset_creation_time: dataset.dataset_creation_time,
      type,
      size,
      mtime_ns,
      changed: state !== last,
      gfid,
      content_version,
    };
    last = state;
  }
  if (!any) {
    throw new DmError(
      'not_found',
      `no dataset of account "${account}" has ${word.slice(colon + 1)}; see \`dm datasets list --account-id ${account}\` for their base paths`,
    );
  }

  async function stat(request: { account: string; dataset: string; path: Buffer }) {
    try {
      return (await client.statEntry(request)).entry;
    } catch (error) {
      if (!(error instanceof DmError)) throw error;
      if (error.code === 'not_found') return null;
      // One that somebody slipped in hides no others.
      if (error.code !== 'dataset_untrusted') throw error;
      context.io.stderr.write(errorLine(error, false));
      return null;
    }
  }
}

/** The path below the dataset's base path; null when it lies elsewhere. */
function below({ dataset_base_path: base }: DatasetView, path: string): Buffer | null {
  const plain = base.replace(/\/+$/, '');
  const given = path.startsWith('/') === plain.startsWith('/') ? path : path.replace(/^\/+/, '');
  if (given === plain) return Buffer.alloc(0);
  return given.startsWith(`${plain}/`) ? parseEscaped(given.slice(plain.length + 1)) : null;
}
