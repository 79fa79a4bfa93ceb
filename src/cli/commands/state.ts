import { closeSync, createReadStream, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { DmError } from '../../model/error.js';
import { namedError } from '../../model/named-error.js';
import type { CommandContext } from '../command-context.js';
import type { GroupSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import type { OptionSpec } from '../option-spec.js';
import { readSecret } from '../read-secret.js';

const PASSPHRASE: OptionSpec = {
  flag: 'passphrase-file',
  kind: 'text',
  value: 'FILE',
  help: 'file with the passphrase, - for stdin; or DM_PASSPHRASE',
};
const STATE_DIR: OptionSpec = {
  flag: 'state-dir',
  kind: 'text',
  value: 'DIR',
  help: 'of an agent that is not running; or DM_STATE_DIR',
};

export const state: GroupSpec = {
  name: 'state',
  summary: "an agent's memory: export, import, rebuild",
  example: 'dm state export /backup/alpha.state --passphrase-file /root/passphrase',
  commands: [
    {
      name: 'export',
      summary: 'write the state of the running agent to a file, sealed with a passphrase',
      example: 'dm state export /backup/alpha.state --passphrase-file /root/passphrase',
      arguments: [argument('FILE', 'that does not exist yet')],
      options: [PASSPHRASE],
      run: exportState,
    },
    {
      name: 'accept-clock',
      summary: 'say that the clock of the agent is right, so that datasets expire again',
      example: 'dm state accept-clock',
      run: async ({ client }) => {
        await (await client()).acceptClock({});
      },
    },
    {
      name: 'import',
      summary: 'make the state directory of an agent that does not run from such a file',
      example:
        'dm state import alpha.state --state-dir /var/lib/datamover --passphrase-file passphrase',
      arguments: [argument('FILE', 'that `state export` wrote')],
      options: [STATE_DIR, PASSPHRASE],
      run: importState,
    },
    {
      name: 'rebuild',
      summary: 'make a state for data roots whose state is lost: their datasets are found again',
      example: 'dm state rebuild --state-dir /var/lib/datamover --root /srv/data',
      options: [
        STATE_DIR,
        {
          flag: 'root',
          kind: 'list',
          value: 'PATH',
          required: true,
          help: 'data root (repeat it)',
        },
      ],
      run: async (context) => {
        const roots = context.options.get('root');
        const offline = await context.io.offlineState();
        const rebuilt = await offline.rebuild({
          stateDir: stateDir(context),
          roots: Array.isArray(roots) ? roots : [],
        });
        await context.output.view(rebuilt);
        await context.output.note(
          'Certificates, accounts, policies and grants were in the lost state only; install them again (dm config apply) and start the agent.',
        );
      },
    },
  ],
};

async function exportState(context: CommandContext): Promise<void> {
  const path = context.argument(0);
  const request = { passphrase: await passphrase(context) };
  const client = await context.client();
  const fd = open(path, 'wx');
  try {
    for await (const { data } of client.exportState(request, context.signal())) writeAll(fd, data);
    fsyncSync(fd);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** What may be wrong with a file that is imported, as opposed to the place it goes to. */
const OF_THE_FILE: ReadonlySet<string> = new Set(['corrupt', 'encryption_key', 'invalid_argument']);

async function importState(context: CommandContext): Promise<void> {
  const secret = await passphrase(context);
  const directory = stateDir(context);
  const path = context.argument(0);
  const fd = open(path, 'r');
  try {
    const input = createReadStream('', { fd, autoClose: false });
    const offline = await context.io.offlineState();
    await offline.import({ input, passphrase: secret, stateDir: directory });
  } catch (error) {
    const isOfFile = error instanceof DmError && OF_THE_FILE.has(error.code);
    throw isOfFile ? namedError(error, `file ${path}`) : error;
  } finally {
    closeSync(fd);
  }
  await context.output.note('The state is imported; start the agent.');
}

function writeAll(fd: number, data: Uint8Array): void {
  for (let at = 0; at < data.length; ) at += writeSync(fd, data, at);
}

/** Files made here are for their owner only. */
function open(path: string, flags: 'r' | 'wx'): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (cause) {
    if (flags === 'wx' && cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      const refusal = `file ${path} exists and is never overwritten; name another or move it away`;
      throw new DmError('usage', refusal, { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DmError('usage', `file ${path} cannot be used: ${reason}; name another`, { cause });
  }
}

async function passphrase({ options, io }: CommandContext): Promise<string> {
  const source = { flag: 'passphrase', variable: 'DM_PASSPHRASE' };
  const text = await readSecret(source, options, io);
  if (text !== undefined && text !== '') return text;
  throw new DmError('usage', 'a passphrase is needed; give --passphrase-file, or DM_PASSPHRASE');
}

function stateDir({ options, io }: CommandContext): string {
  const path = options.text('state-dir') ?? io.env.DM_STATE_DIR ?? '';
  if (isAbsolute(path)) return path;
  throw new DmError('usage', 'the state directory is needed as an absolute path; give --state-dir');
}
