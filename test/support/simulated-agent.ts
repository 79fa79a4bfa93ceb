/**
 * An agent whose clock is told from outside: `node simulated-agent.js NODE DM agent OPTIONS`. It
 * is the real one but for that: whoever connects to the socket `STATE-DIR.clock.sock` makes it
 * read the time from the file `STATE-DIR.clock`.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { startAgent } from '../../src/assembly/agent.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { openLog } from '../../src/observe/log.js';
import { SetClock } from './set-clock.js';

const argv = process.argv.slice(process.argv.indexOf('agent') + 1);
process.umask(0o077);
const settings = loadSettings(argv, process.env);
const file = `${settings.stateDir}.clock`;
const startMs = Number(process.env.SIMULATION_START_MS);
const timeNow = (): number => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : startMs);

const clock = new SetClock(timeNow());
rmSync(`${file}.sock`, { force: true });
createServer((socket) => {
  socket.on('error', () => socket.destroy());
  clock.set(new Date(timeNow()).toISOString());
  socket.end('set');
})
  .listen(`${file}.sock`)
  .unref();

const log = openLog({ level: settings.logLevel, name: settings.name });
const stopped = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
await using agent = await startAgent(settings, {
  ...{ log, clock, random: Math.random, randomBytes },
  // No time passes but the simulated.
  uptime: () => clock.now() - startMs,
});
log.info({ listen: agent.listen, socket: settings.socket, http: agent.http }, 'ready');
await stopped;
