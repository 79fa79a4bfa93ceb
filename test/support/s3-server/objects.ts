import { createHash } from 'node:crypto';

export interface Retention {
  readonly mode: string;
  readonly untilMs: number;
}

/** One version of an object, or the mark that it was deleted. */
export interface StoredVersion {
  readonly key: string;
  readonly versionId: string;
  readonly body: Buffer;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly deleteMarker: boolean;
  readonly headers: Readonly<Record<string, string>>;
  retention: Retention | null;
}

/** What an operation of S3 answers when it fails. */
export class S3Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

export interface NewObject {
  readonly key: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly retention: Retention | null;
  readonly ifNoneMatch: boolean;
  readonly etag?: string;
}

/**
 * The objects of one bucket in memory, newest version first, with S3's
 * rules for versions and locks.
 */
export class StoredObjects {
  readonly #versions = new Map<string, StoredVersion[]>();
  readonly #options: { readonly versioning: boolean; readonly conditional: boolean };
  readonly #now: () => number;
  #count = 0;

  constructor(
    options: { readonly versioning: boolean; readonly conditional: boolean },
    modules: { readonly now: () => number },
  ) {
    this.#options = options;
    this.#now = modules.now;
  }

  keys(): string[] {
    return [...this.#versions.keys()].sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
  }

  versionsOf(key: string): readonly StoredVersion[] {
    return this.#versions.get(key) ?? [];
  }

  put(object: NewObject): StoredVersion {
    const current = this.current(object.key);
    if (object.ifNoneMatch && this.#options.conditional && current !== null) {
      throw new S3Failure(412, 'PreconditionFailed');
    }
    const version: StoredVersion = {
      key: object.key,
      versionId: this.#newId(),
      body: object.body,
      etag: object.etag ?? `"${createHash('md5').update(object.body).digest('hex')}"`,
      modifiedAtMs: this.#now(),
      deleteMarker: false,
      headers: object.headers,
      retention: object.retention,
    };
    this.#add(version);
    return version;
  }

  /** The newest version; null when there is none or it is a mark of deletion. */
  current(key: string): StoredVersion | null {
    const [newest] = this.versionsOf(key);
    return newest === undefined || newest.deleteMarker ? null : newest;
  }

  find(key: string, versionId: string | null): StoredVersion {
    const found =
      versionId === null
        ? this.current(key)
        : (this.versionsOf(key).find((version) => version.versionId === versionId) ?? null);
    if (found === null)
      throw new S3Failure(404, versionId === null ? 'NoSuchKey' : 'NoSuchVersion');
    if (found.deleteMarker) throw new S3Failure(405, 'MethodNotAllowed');
    return found;
  }

  /**
   * Without a version id, a mark of deletion where there are versions;
   * with one, that version for good.
   */
  delete(key: string, versionId: string | null): void {
    const versions = this.#versions.get(key) ?? [];
    if (versionId !== null) {
      const doomed = versions.find((version) => version.versionId === versionId);
      if ((doomed?.retention?.untilMs ?? 0) > this.#now()) throw new S3Failure(403, 'AccessDenied');
      this.#set(
        key,
        versions.filter((version) => version !== doomed),
      );
    } else if (!this.#options.versioning) {
      this.#set(key, []);
    } else {
      this.#add({
        key,
        versionId: this.#newId(),
        body: Buffer.alloc(0),
        etag: '',
        modifiedAtMs: this.#now(),
        deleteMarker: true,
        headers: {},
        retention: null,
      });
    }
  }

  /** A lock only grows. */
  retain(key: string, versionId: string | null, retention: Retention): void {
    const version = this.find(key, versionId);
    if ((version.retention?.untilMs ?? 0) > retention.untilMs) {
      throw new S3Failure(403, 'AccessDenied');
    }
    version.retention = retention;
  }

  #add(version: StoredVersion): void {
    const before = this.#options.versioning ? (this.#versions.get(version.key) ?? []) : [];
    this.#versions.set(version.key, [version, ...before]);
  }

  #set(key: string, versions: StoredVersion[]): void {
    if (versions.length === 0) this.#versions.delete(key);
    else this.#versions.set(key, versions);
  }

  #newId(): string {
    return this.#options.versioning ? `v${String(++this.#count).padStart(8, '0')}` : 'null';
  }
}
