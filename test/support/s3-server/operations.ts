import { createHash } from 'node:crypto';
import {
  type NewObject,
  type Retention,
  S3Failure,
  StoredObjects,
  type StoredVersion,
} from './objects.js';
import { textsOf, type XmlElements, xmlDocument } from './xml.js';

export interface S3Request {
  readonly method: string;
  /** Without the bucket; "" is the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export interface BucketRules {
  readonly versioning: boolean;
  readonly objectLock: boolean;
  readonly conditional: boolean;
  /** Entries in an answer to a listing. */
  readonly pageSize: number;
}

interface Upload {
  readonly key: string;
  readonly about: Omit<NewObject, 'body' | 'ifNoneMatch'>;
  readonly startedAtMs: number;
  readonly parts: Map<number, { readonly body: Buffer; readonly etag: string }>;
}

/** The smallest part that is not the last. */
const MIN_PART = 5 * 1024 * 1024;
const KEPT = /^(x-amz-meta-.*|content-type|x-amz-storage-class|x-amz-server-side-encryption)$/;

/** The name of the operation that a request asks for, as the S3 documentation has it. */
export function operationOf({ method, key, query, headers }: S3Request): string {
  const has = (name: string) => query.has(name);
  if (key === '') {
    if (method === 'HEAD') return 'HeadBucket';
    if (method === 'POST' && has('delete')) return 'DeleteObjects';
    if (has('location')) return 'GetBucketLocation';
    if (has('versioning')) return 'GetBucketVersioning';
    if (has('object-lock')) return 'GetObjectLockConfiguration';
    if (has('versions')) return 'ListObjectVersions';
    if (has('uploads')) return 'ListMultipartUploads';
    return 'ListObjectsV2';
  }
  if (method === 'POST')
    return has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
  if (has('retention')) return method === 'PUT' ? 'PutObjectRetention' : 'GetObjectRetention';
  if (has('uploadId')) return method === 'PUT' ? 'UploadPart' : 'AbortMultipartUpload';
  if (method === 'PUT') return headers['x-amz-copy-source'] ? 'CopyObject' : 'PutObject';
  if (method === 'HEAD') return 'HeadObject';
  return method === 'DELETE' ? 'DeleteObject' : 'GetObject';
}

/** A bucket that answers the operations of S3 that backups use. Throws `S3Failure`. */
export class BucketOperations {
  readonly objects: StoredObjects;
  readonly #rules: BucketRules;
  readonly #now: () => number;
  readonly #uploads = new Map<string, Upload>();
  #uploadCount = 0;

  constructor(rules: BucketRules, modules: { readonly now: () => number }) {
    this.#rules = rules;
    this.#now = modules.now;
    this.objects = new StoredObjects(rules, modules);
  }

  get unfinishedUploads(): number {
    return this.#uploads.size;
  }

  run(operation: string, request: S3Request): S3Answer {
    const known: Readonly<Record<string, (request: S3Request) => S3Answer>> = {
      HeadBucket: () => ({ status: 200 }),
      GetBucketLocation: () => xml('LocationConstraint', {}),
      GetBucketVersioning: () =>
        xml('VersioningConfiguration', this.#rules.versioning ? { Status: 'Enabled' } : {}),
      GetObjectLockConfiguration: () => {
        if (!this.#rules.objectLock)
          throw new S3Failure(404, 'ObjectLockConfigurationNotFoundError');
        return xml('ObjectLockConfiguration', { ObjectLockEnabled: 'Enabled' });
      },
      PutObject: (given) => this.#put(given),
      GetObject: (given) => this.#get(given),
      HeadObject: (given) => this.#head(given),
      DeleteObject: (given) => this.#delete(given),
      DeleteObjects: (given) => this.#deleteMany(given),
      ListObjectsV2: (given) => this.#list(given),
      ListObjectVersions: (given) => this.#listVersions(given),
      ListMultipartUploads: (given) => this.#listUploads(given),
      CreateMultipartUpload: (given) => this.#createUpload(given),
      UploadPart: (given) => this.#uploadPart(given),
      CompleteMultipartUpload: (given) => this.#completeUpload(given),
      AbortMultipartUpload: (given) => this.#abortUpload(given),
      PutObjectRetention: (given) => this.#retain(given),
    };
    const run = known[operation];
    if (run === undefined) throw new S3Failure(501, 'NotImplemented');
    return run(request);
  }

  #put(request: S3Request): S3Answer {
    const version = this.objects.put({
      ...this.#about(request),
      body: request.body,
      ifNoneMatch: request.headers['if-none-match'] === '*',
    });
    return { status: 200, headers: this.#versionHeaders(version) };
  }

  #get(request: S3Request): S3Answer {
    const version = this.objects.find(request.key, request.query.get('versionId'));
    const wanted = request.headers['if-match'];
    if (wanted !== undefined && wanted !== version.etag) {
      throw new S3Failure(412, 'PreconditionFailed');
    }
    const headers = { ...this.#versionHeaders(version), ...version.headers };
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    if (range === null) return { status: 200, headers, body: version.body };
    const first = Number(range[1]);
    const size = version.body.length;
    if (first >= size) throw new S3Failure(416, 'InvalidRange');
    const last = range[2] === '' ? size - 1 : Math.min(Number(range[2]), size - 1);
    return {
      status: 206,
      headers: { ...headers, 'content-range': `bytes ${first}-${last}/${size}` },
      body: version.body.subarray(first, last + 1),
    };
  }

  #head(request: S3Request): S3Answer {
    const version = this.objects.find(request.key, request.query.get('versionId'));
    return {
      status: 200,
      headers: {
        ...this.#versionHeaders(version),
        ...version.headers,
        'content-length': String(version.body.length),
        ...(version.retention === null
          ? {}
          : {
              'x-amz-object-lock-mode': version.retention.mode,
              'x-amz-object-lock-retain-until-date': iso(version.retention.untilMs),
            }),
      },
    };
  }

  #delete(request: S3Request): S3Answer {
    this.objects.delete(request.key, request.query.get('versionId'));
    return { status: 204 };
  }

  #deleteMany({ body, headers }: S3Request): S3Answer {
    if (headers['content-md5'] !== createHash('md5').update(body).digest('base64')) {
      throw new S3Failure(400, 'InvalidDigest');
    }
    for (const key of textsOf(body.toString(), 'Key')) this.objects.delete(key, null);
    return xml('DeleteResult', {});
  }

  #list({ query }: S3Request): S3Answer {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const delimiter = query.get('delimiter') ?? '';
    const found: XmlElements[] = [];
    const folders: XmlElements[] = [];
    let last = '';
    let truncated = false;
    for (const key of this.objects.keys()) {
      const current = this.objects.current(key);
      if (current === null || !key.startsWith(prefix) || !isAbove(key, after)) continue;
      const slash = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const folder = slash < 0 ? null : key.slice(0, slash + 1);
      // The whole folder was told when its name was.
      if (folder !== null && (folder === last || after.startsWith(folder))) continue;
      if (found.length + folders.length === this.#rules.pageSize) {
        truncated = true;
        break;
      }
      last = folder ?? key;
      if (folder !== null) folders.push({ Prefix: urlKey(folder) });
      else found.push(summaryOf(current));
    }
    return xml('ListBucketResult', {
      EncodingType: 'url',
      IsTruncated: truncated,
      Contents: found,
      CommonPrefixes: folders,
      ...(truncated ? { NextContinuationToken: last } : {}),
    });
  }

  #listVersions({ query }: S3Request): S3Answer {
    const prefix = query.get('prefix') ?? '';
    const marker = query.get('key-marker');
    const versionMarker = query.get('version-id-marker');
    const all = this.objects
      .keys()
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => this.objects.versionsOf(key).map((version, index) => ({ version, index })));
    const start =
      marker === null
        ? 0
        : all.findIndex(
            ({ version }) => version.key === marker && version.versionId === versionMarker,
          ) + 1;
    const page = all.slice(start, start + this.#rules.pageSize);
    const truncated = start + page.length < all.length;
    const last = page.at(-1)?.version;
    const describe = ({ version, index }: (typeof all)[number]): XmlElements => ({
      ...summaryOf(version),
      VersionId: version.versionId,
      IsLatest: index === 0,
    });
    return xml('ListVersionsResult', {
      EncodingType: 'url',
      IsTruncated: truncated,
      Version: page.filter(({ version }) => !version.deleteMarker).map(describe),
      DeleteMarker: page.filter(({ version }) => version.deleteMarker).map(describe),
      ...(truncated && last
        ? { NextKeyMarker: urlKey(last.key), NextVersionIdMarker: last.versionId }
        : {}),
    });
  }

  #listUploads({ query }: S3Request): S3Answer {
    const prefix = query.get('prefix') ?? '';
    const found = [...this.#uploads].filter(([, { key }]) => key.startsWith(prefix));
    return xml('ListMultipartUploadsResult', {
      EncodingType: 'url',
      IsTruncated: false,
      Upload: found.map(([id, upload]) => ({
        Key: urlKey(upload.key),
        UploadId: id,
        Initiated: iso(upload.startedAtMs),
      })),
    });
  }

  #createUpload(request: S3Request): S3Answer {
    const id = `upload-${++this.#uploadCount}`;
    this.#uploads.set(id, {
      key: request.key,
      about: this.#about(request),
      startedAtMs: this.#now(),
      parts: new Map(),
    });
    return xml('InitiateMultipartUploadResult', { Key: request.key, UploadId: id });
  }

  #uploadPart({ query, body }: S3Request): S3Answer {
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    this.#upload(query).parts.set(Number(query.get('partNumber')), { body, etag });
    return { status: 200, headers: { etag } };
  }

  #completeUpload({ query, headers, body }: S3Request): S3Answer {
    const upload = this.#upload(query);
    const text = body.toString();
    const etags = textsOf(text, 'ETag');
    const parts = textsOf(text, 'PartNumber').map((number, index) => {
      const part = upload.parts.get(Number(number));
      if (part === undefined || part.etag !== etags[index]) throw new S3Failure(400, 'InvalidPart');
      return part.body;
    });
    if (parts.slice(0, -1).some((part) => part.length < MIN_PART)) {
      throw new S3Failure(400, 'EntityTooSmall');
    }
    const version = this.objects.put({
      ...upload.about,
      body: Buffer.concat(parts),
      ifNoneMatch: headers['if-none-match'] === '*',
    });
    this.#uploads.delete(query.get('uploadId') ?? '');
    return { ...xml('CompleteMultipartUploadResult', { ETag: version.etag }) };
  }

  #abortUpload({ query }: S3Request): S3Answer {
    this.#upload(query);
    this.#uploads.delete(query.get('uploadId') ?? '');
    return { status: 204 };
  }

  #retain(request: S3Request): S3Answer {
    const text = request.body.toString();
    this.objects.retain(request.key, request.query.get('versionId'), {
      mode: textsOf(text, 'Mode')[0] ?? '',
      untilMs: Date.parse(textsOf(text, 'RetainUntilDate')[0] ?? ''),
    });
    return { status: 200 };
  }

  #upload(query: URLSearchParams): Upload {
    const upload = this.#uploads.get(query.get('uploadId') ?? '');
    if (upload === undefined) throw new S3Failure(404, 'NoSuchUpload');
    return upload;
  }

  #about({ key, headers }: S3Request): Omit<NewObject, 'body' | 'ifNoneMatch'> {
    const kept = Object.entries(headers).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && KEPT.test(entry[0]),
    );
    return { key, headers: Object.fromEntries(kept), retention: this.#retention(headers) };
  }

  #retention(headers: S3Request['headers']): Retention | null {
    const mode = headers['x-amz-object-lock-mode'];
    if (mode === undefined) return null;
    if (!this.#rules.objectLock) throw new S3Failure(400, 'InvalidRequest');
    if (headers['content-md5'] === undefined && headers['x-amz-checksum-crc32'] === undefined) {
      // Multipart uploads are begun without a body.
      if (headers['content-length'] !== '0' && headers['content-length'] !== undefined) {
        throw new S3Failure(400, 'InvalidRequest');
      }
    }
    return { mode, untilMs: Date.parse(headers['x-amz-object-lock-retain-until-date'] ?? '') };
  }

  #versionHeaders(version: StoredVersion): Record<string, string> {
    return {
      etag: version.etag,
      'last-modified': new Date(version.modifiedAtMs).toUTCString(),
      ...(this.#rules.versioning ? { 'x-amz-version-id': version.versionId } : {}),
    };
  }
}

function summaryOf(version: StoredVersion): XmlElements {
  return {
    Key: urlKey(version.key),
    Size: version.body.length,
    LastModified: iso(version.modifiedAtMs),
    ETag: version.etag,
  };
}

function isAbove(key: string, after: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

function urlKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}

/** S3 keeps seconds. */
function iso(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

function xml(name: string, content: XmlElements): S3Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument(name, content),
  };
}
