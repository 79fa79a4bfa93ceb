import { DmError } from '../model/error.js';
import { JsonFields } from '../model/json-fields.js';
import { parseWrappedKey, type WrappedKey, wrappedKeyJson } from './master-key.js';
import { parseRepositoryId, type RepositoryId } from './repository-id.js';

const REPOSITORY_FORMAT = 1;

/** What `format.json` says: the first object of a repository. */
export interface RepositoryFormat {
  readonly repository: RepositoryId;
  /** By the writer's clock; for people. */
  readonly createdAtMs: number;
  /** Null when nothing is encrypted; otherwise the master key once for each secret. */
  readonly encryption: { readonly keys: readonly WrappedKey[] } | null;
}

export function serialiseRepositoryFormat(format: RepositoryFormat): string {
  const { repository, createdAtMs, encryption } = format;
  return JSON.stringify({
    format: REPOSITORY_FORMAT,
    repository,
    createdAtMs,
    encryption: encryption && {
      cipher: 'aes-256-gcm',
      kdf: 'hkdf-sha256',
      digest: 'blake3-keyed',
      keys: encryption.keys.map(wrappedKeyJson),
    },
  });
}

/** Checks everything; `corrupt`, or `state_version` for a repository of a newer release. */
export function parseRepositoryFormat(text: string, what: string): RepositoryFormat {
  const fields = JsonFields.parse(what, text, REPOSITORY_FORMAT);
  return {
    repository: fields.parsed('repository', parseRepositoryId),
    createdAtMs: fields.integer('createdAtMs'),
    encryption: fields.nullable('encryption', (name) => parseEncryption(fields.object(name))),
  };
}

function parseEncryption(fields: JsonFields): { keys: readonly WrappedKey[] } {
  const known =
    fields.text('cipher') === 'aes-256-gcm' &&
    fields.text('kdf') === 'hkdf-sha256' &&
    fields.text('digest') === 'blake3-keyed';
  if (!known) {
    throw new DmError(
      'state_version',
      'the repository is encrypted in a way that this release does not know; install a newer release',
    );
  }
  const keys = fields.objects('keys').map(parseWrappedKey);
  if (keys.length === 0) throw fields.wrong('keys is empty');
  return { keys };
}
