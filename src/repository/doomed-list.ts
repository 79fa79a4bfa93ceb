import { blake3 } from '@napi-rs/blake-hash';
import { type PackId, parsePackId } from '../catalog/page-store.js';
import { parseSystemGuid, type SystemGuid } from '../model/ids.js';
import { JsonFields } from '../model/json-fields.js';
import { OBJECT_PACK_KINDS, type ObjectPackKind } from './object-layout.js';

const DOOMED_FORMAT = 1;
export const PACK_KINDS = Object.keys(OBJECT_PACK_KINDS) as ObjectPackKind[];

/** Packs that a prune is about to delete: nothing new may refer to them. */
export interface DoomedList {
  /** When it was written, by the store's clock. */
  readonly doomedAtMs: number;
  /** The agent that prunes. */
  readonly owner: SystemGuid;
  /** When the packs were deleted, by the store's clock; null while they are not. */
  readonly finishedAtMs: number | null;
  readonly packs: Readonly<Record<ObjectPackKind, readonly PackId[]>>;
}

export function serialiseDoomedList(list: DoomedList): string {
  return JSON.stringify({ ...bodyOf(list), digest: digestOf(list) });
}

function bodyOf({ doomedAtMs, owner, finishedAtMs, packs }: DoomedList): object {
  const { data, pages } = packs;
  return { format: DOOMED_FORMAT, doomedAtMs, owner, finishedAtMs, data, pages };
}

/** A pack whose id was damaged would be used by a backup while it is deleted. */
function digestOf(list: DoomedList): string {
  return blake3(Buffer.from(JSON.stringify(bodyOf(list)))).toString('hex');
}

export function parseDoomedList(text: string, what: string): DoomedList {
  const fields = JsonFields.parse(what, text, DOOMED_FORMAT);
  const list: DoomedList = {
    doomedAtMs: fields.integer('doomedAtMs'),
    owner: fields.parsed('owner', parseSystemGuid),
    finishedAtMs: fields.nullable('finishedAtMs', (name) => fields.integer(name)),
    packs: {
      data: fields.parsedTexts('data', parsePackId),
      pages: fields.parsedTexts('pages', parsePackId),
    },
  };
  if (fields.text('digest') !== digestOf(list))
    throw fields.wrong('it is not what its digest says');
  return list;
}
