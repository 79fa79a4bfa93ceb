import { isAbsolute, resolve } from 'node:path';
import { DmError } from '../model/error.js';
import { PEER_RIGHTS, type PeerRight } from '../model/peer-right.js';
import { LOG_LEVELS, type LogLevel } from './settings.js';

// The values of settings: each function takes the text that was given and throws `invalid_config`.

export function absolute(path: string, name: string): string {
  if (!isAbsolute(path)) throw invalid(`${name} "${path}" must be an absolute path`);
  return resolve(path);
}

export function address(text: string, name = 'listen'): { host: string; port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:]+):([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match?.[1] || port > 65_535) throw invalid(`${name} "${text}" must be HOST:PORT`);
  return { host: match[1], port };
}

export function logLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (!level) throw invalid(`log-level "${text}" must be one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

export function peerAccess(text: string): readonly PeerRight[] {
  if (text === 'none') return [];
  return text.split(',').map((word) => {
    const right = PEER_RIGHTS.find((known) => known === word.trim());
    if (!right)
      throw invalid(`peer-access "${word}" must be none or a list of ${PEER_RIGHTS.join(', ')}`);
    return right;
  });
}

export function partial(text: string): 'allow' | 'fail' {
  if (text !== 'allow' && text !== 'fail') throw invalid(`partial "${text}" must be allow or fail`);
  return text;
}

export function percent(text: string): number {
  const digits = /^([0-9]{1,2})%?$/.exec(text)?.[1];
  const value = Number(digits);
  if (digits === undefined || value > 90)
    throw invalid(`min-free "${text}" must be a whole percentage from 0 to 90`);
  return value;
}

export function invalid(message: string): DmError {
  return new DmError('invalid_config', message);
}

/**
 * Where metrics are served: HOST:PORT, :PORT or PORT; without a host only
 * this one can connect. Null is nowhere.
 */
export function httpAddress(text: string | undefined): { host: string; port: number } | null {
  if (text === undefined) return null;
  const port = /^:?([0-9]{1,5})$/.exec(text)?.[1];
  if (port === undefined) return address(text, 'http');
  return address(`127.0.0.1:${port}`, 'http');
}

/** A whole number from `minimum`; undefined where nothing was given. */
export function whole(text: string | undefined, name: string, minimum: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^[0-9]{1,15}$/.test(text) || value < minimum)
    throw invalid(`${name} "${text}" must be a whole number from ${minimum}`);
  return value;
}
