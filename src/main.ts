import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { asDmError, type DmError } from './model/error.js';
import { escapeRawArguments } from './util/raw-arguments.js';

const AGENT_HELP = `Usage: dm agent --state-dir DIR --root PATH [--root PATH ...] [options]

Runs the agent of this host until it gets SIGTERM or SIGINT.

  --state-dir DIR              where the agent keeps its state; made with mode 0700
  --root PATH                  a tree that datasets may be made of and received into (repeat it)
  --listen HOST:PORT           where peers connect (default 0.0.0.0:7722; port 0 picks one)
  --socket PATH                where \`dm\` connects (default STATE-DIR/agent.sock)
  --name NAME                  name shown to peers (default: the host name)
  --peer-access LIST           what peers may do here, or none; expire and work are rights too
                               (default: read,create,write,privileged)
  --peer-max-datasets N        datasets made here for one peer at one path (default 64); the oldest go
  --peer-max-retention S       seconds that such a dataset is kept at most (default 2592000, 30 days)
  --peer-max-bytes N           bytes of all trees received from one peer (default: no limit)
  --http [HOST:]PORT           serves /metrics, /healthz and /readyz (default: off; 127.0.0.1 without HOST)
  --min-free PERCENT           space that captures and receives leave free (default 2)
  --hooks-dir DIR              where programs of --pre-command and --post-command lie (default: none may run)
  --partial allow|fail         whether a policy that does not say may finish partial (default allow)
  --log-level LEVEL            trace, debug, info, warn or error (default info)
  --config FILE                YAML file with any of these settings
  --allow-root-filesystem      needed for --root /

Each can also be given as a DM_... variable (DM_STATE_DIR, DM_ROOT with colons, ...).

Example:
  dm agent --state-dir /var/lib/datamover --root /srv/data
`;

/**
 * A reader that has seen enough (`dm ... | head`) ends the program quietly, as it does other tools.
 */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

/** The words of the command line; those that are no UTF-8 are escaped, as paths are shown. */
function commandLine(): string[] {
  const words = process.argv.slice(2);
  if (!words.some((word) => word.includes('\ufffd'))) return words;
  return escapeRawArguments(words, readFileSync('/proc/self/cmdline'));
}

/**
 * What stands on the command line can be read by every user of the host: a
 * secret in it is overwritten first thing.
 */
function hideSecrets(argv: readonly string[]): void {
  if (argv.some((word) => /^--secret-key(=|$)/.test(word))) process.title = 'dm (secret hidden)';
}

async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] !== 'agent') {
    const { runCli } = await import('./cli/run-cli.js');
    const { processIo } = await import('./assembly/cli-io.js');
    return runCli([...argv], processIo());
  }
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(AGENT_HELP);
    return 0;
  }
  try {
    return await serve(argv.slice(1));
  } catch (error) {
    return fail(asDmError(error, 'dm agent'));
  }
}

/** Runs the agent until a signal asks it to stop. */
async function serve(argv: readonly string[]): Promise<number> {
  process.umask(0o077);
  const { keepYoungGenerationSmall } = await import('./util/young-generation.js');
  using _young = keepYoungGenerationSmall();
  const { loadSettings } = await import('./config/load-settings.js');
  const { startAgent } = await import('./assembly/agent.js');
  const { limitAllocator } = await import('./endpoint/local/sys/allocator.js');
  const { systemClock } = await import('./util/clock.js');
  const { governHeapGrowth } = await import('./util/heap-growth.js');
  const { openLog } = await import('./observe/log.js');
  const { nodeFlaws } = await import('./rpc/node-flaws.js');
  using _allocator = limitAllocator();
  using _heaps = governHeapGrowth();
  const settings = loadSettings(argv, process.env);
  const log = openLog({ level: settings.logLevel, name: settings.name });
  const stopped = new Promise<string>((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
  });
  await using agent = await startAgent(settings, {
    log,
    clock: systemClock,
    uptime: () => Number(process.hrtime.bigint() / 1_000_000n),
    random: Math.random,
    randomBytes,
  });
  log.info({ listen: agent.listen, socket: settings.socket, http: agent.http }, 'ready');
  const { node, nghttp2 = '' } = process.versions;
  for (const flaw of nodeFlaws({ node, nghttp2 })) log.warn({ node }, flaw);
  const signal = await stopped;
  log.info({ signal }, 'stopping');
  return 0;
}

function fail(error: DmError): number {
  process.stderr.write(`dm: ${error.code}: ${error.message}\n`);
  return error.exitCode;
}

const words = commandLine();
hideSecrets(process.argv);
endWithReader();
process.exitCode = await main(words);
