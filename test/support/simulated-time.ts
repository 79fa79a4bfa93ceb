import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { AgentProcess } from './agent-process.js';

const PROGRAM = fileURLToPath(new URL('./simulated-agent.js', import.meta.url));

/** Launcher of an agent whose time stands still at `startMs` until it is told another. */
export function simulatedLauncher(startMs: number, nodeOptions: readonly string[] = []): string[] {
  return ['env', `SIMULATION_START_MS=${startMs}`, process.execPath, ...nodeOptions, PROGRAM];
}

/** Lets it be `nowMs` at an agent: resolves when it knows, or will find it when it starts. */
export async function tellTime({ options, isRunning }: AgentProcess, nowMs: number): Promise<void> {
  writeFileSync(`${options.stateDir}.clock`, String(nowMs));
  if (isRunning) await told(`${options.stateDir}.clock.sock`);
}

function told(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.resume();
  });
}
