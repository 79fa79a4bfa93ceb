import { type PackId, parsePackId } from '../catalog/page-store.js';
import { JsonFields } from '../model/json-fields.js';
import type { ObjectPackKind } from './object-layout.js';

const DOOMED_FORMAT = 1;

/** Packs that a prune is about to delete: nothing new may refer to them. */
export interface DoomedList {
  /** When it was written, by the store's clock. */
  readonly doomedAtMs: number;
  readonly packs: readonly { readonly kind: ObjectPackKind; readonly pack: PackId }[];
}

export function serialiseDoomedList(list: DoomedList): string {
  const of = (kind: ObjectPackKind): PackId[] =>
    list.packs.filter((one) => one.kind === kind).map(({ pack }) => pack);
  return JSON.stringify({
    format: DOOMED_FORMAT,
    doomedAtMs: list.doomedAtMs,
    data: of('data'),
    pages: of('pages'),
  });
}

export function parseDoomedList(text: string, what: string): DoomedList {
  const fields = JsonFields.parse(what, text, DOOMED_FORMAT);
  const of = (kind: ObjectPackKind) =>
    fields.parsedTexts(kind, parsePackId).map((pack) => ({ kind, pack }));
  return { doomedAtMs: fields.integer('doomedAtMs'), packs: [...of('data'), ...of('pages')] };
}
