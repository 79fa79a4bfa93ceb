import type { ContentDigestState, DatasetIdentity } from './dataset.js';
import { parseDatasetId, parseDigest, parseSystemGuid, parseTreeId } from './ids.js';
import { type JsonFields, toBase64 } from './json-fields.js';

const DIGEST_STATES: readonly ContentDigestState[] = ['none', 'partial', 'full'];

/** The fields of an identity as every kind of dataset record writes them, in this order. */
export function identityJson(identity: DatasetIdentity): Record<string, unknown> {
  return {
    id: identity.id,
    tree: identity.tree,
    parents: identity.parents,
    rootDigest: identity.rootDigest,
    contentDigest: identity.contentDigest,
    contentDigestState: identity.contentDigestState,
    name: identity.name,
    originSystem: identity.originSystem,
    originBasePath: toBase64(identity.originBasePath),
    createdAtMs: identity.createdAtMs,
    entries: identity.entries,
    bytes: identity.bytes.toString(),
    incarnations: identity.incarnations.map(({ incarnation, system }) => ({ incarnation, system })),
    excludes: identity.excludes,
  };
}

/** Reads what `identityJson` wrote; throws `corrupt`. */
export function parseIdentityJson(fields: JsonFields): DatasetIdentity {
  return {
    id: fields.parsed('id', parseDatasetId),
    tree: fields.parsed('tree', parseTreeId),
    parents: fields.parsedTexts('parents', parseDatasetId),
    rootDigest: fields.parsed('rootDigest', parseDigest),
    contentDigest: fields.nullable('contentDigest', (name) => fields.parsed(name, parseDigest)),
    contentDigestState: fields.oneOf('contentDigestState', DIGEST_STATES),
    name: fields.text('name'),
    originSystem: fields.parsed('originSystem', parseSystemGuid),
    originBasePath: fields.bytes('originBasePath'),
    createdAtMs: fields.integer('createdAtMs'),
    entries: fields.integer('entries'),
    bytes: fields.big('bytes'),
    incarnations: fields.objects('incarnations').map((one) => ({
      incarnation: one.integer('incarnation'),
      system: one.parsed('system', parseSystemGuid),
    })),
    excludes: fields.texts('excludes'),
  };
}
