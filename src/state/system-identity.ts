import { parseSystemGuid, type SystemGuid } from '../model/ids.js';
import type { StateDatabase } from './database.js';
import { keys } from './keys.js';

const GUID_BYTES = 18;

/** The guid of this agent, made at its first start. */
export async function openSystemGuid(
  database: StateDatabase,
  modules: { randomBytes: (length: number) => Buffer; now: () => number },
): Promise<SystemGuid> {
  const stored = (await database.get(keys.system)) as { guid: string } | undefined;
  if (stored) return parseSystemGuid(stored.guid);
  const guid = parseSystemGuid(modules.randomBytes(GUID_BYTES).toString('hex'));
  await database.write([{ put: keys.system, value: { guid, createdAtMs: modules.now() } }]);
  return guid;
}

/**
 * What requests of this agent begin with: unlike those of any other agent, and unlike those of the
 * same one before its state was imported or rebuilt, when the numbers of its jobs begin again.
 */
export async function openRequestPrefix(
  database: StateDatabase,
  guid: SystemGuid,
): Promise<string> {
  const incarnation = await database.get(keys.incarnation);
  return typeof incarnation === 'string' ? `${guid}-${incarnation}` : guid;
}
