import type { CertificateSettings, StoredCa, StoredIdentity } from '../model/certificate.js';
import { DmError } from '../model/error.js';
import { validateName } from '../policy/validate-policy.js';
import type { RecordSigner } from '../repository/record-signature.js';
import { type Certificate, parseCertificate, parseCertificates } from '../security/certificate.js';
import { parseCrl } from '../security/crl.js';
import { checkInstallableCa, checkInstallableIdentity } from '../security/installable.js';
import { loadPrivateKey, privateKeyPem } from '../security/private-key.js';
import { type SeenSigner, verifyRecordSigner } from '../security/record-trust.js';
import {
  buildTlsMaterial,
  newestValidIdentity,
  type TlsMaterial,
} from '../security/tls-material.js';
import { type PeerIdentity, verifyPeer } from '../security/trust.js';
import type { StateDatabase, StateWrite } from '../state/database.js';
import { keys } from '../state/keys.js';
import type { Records } from '../state/records.js';
import type { Clock } from '../util/clock.js';
import {
  CertificateRecords,
  type Installed,
  type InstalledCrl,
  NOTHING_INSTALLED,
} from './certificate-records.js';

/**
 * The certificates this agent trusts and presents. Reads are from memory; every
 * change is on disk before it takes effect and is then told to the listeners, so that
 * the peer listener follows without a restart.
 */
export class TrustStore {
  readonly #database: StateDatabase;
  readonly #clock: Clock;
  readonly #records: CertificateRecords;
  readonly #listeners = new Set<() => void>();
  #installed = NOTHING_INSTALLED;

  private constructor(modules: { database: StateDatabase; clock: Clock }) {
    this.#database = modules.database;
    this.#clock = modules.clock;
    this.#records = new CertificateRecords(modules);
  }

  static async open(modules: { database: StateDatabase; clock: Clock }): Promise<TrustStore> {
    const store = new TrustStore(modules);
    await store.#load();
    return store;
  }

  get cas(): readonly Installed<StoredCa>[] {
    return this.#installed.cas;
  }

  get identities(): readonly Installed<StoredIdentity>[] {
    return this.#installed.identities;
  }

  get crls(): readonly InstalledCrl[] {
    return this.#installed.crls;
  }

  get settings(): CertificateSettings {
    return this.#installed.settings;
  }

  /** Calls back after every change; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * What a TLS endpoint needs now; `identityId` "" takes the newest
   * valid one. Throws `no_identity`.
   */
  material(identityId = ''): TlsMaterial {
    const named =
      identityId === '' ? null : this.#find('identity', this.#installed.identities, identityId);
    return buildTlsMaterial({
      cas: this.#installed.cas.map(({ certificate }) => certificate),
      identities: this.#installed.identities.map(({ certificate, pem, keyPem }) => ({
        certificate,
        certPem: pem,
        keyPem,
      })),
      crls: this.#installed.crls.map(({ list }) => list),
      identityFingerprint: named?.certificate.fingerprintSha256 ?? null,
      now: new Date(this.#clock.now()),
    });
  }

  /** What dataset records are signed with: the newest valid identity; null when there is none. */
  signer(): RecordSigner | null {
    const identity = newestValidIdentity(this.#installed.identities, new Date(this.#clock.now()));
    if (identity === null) return null;
    return { certificates: identity.pem, key: loadPrivateKey(identity.keyPem, null) };
  }

  /**
   * Who presented this chain (DER, leaf first); throws `peer_untrusted` with
   * the reason. `caId` "" admits every CA.
   */
  verify(chain: readonly Uint8Array[], role: 'client' | 'server', caId = ''): PeerIdentity {
    const cas = caId === '' ? this.#installed.cas : [this.#find('ca', this.#installed.cas, caId)];
    return verifyPeer({
      chain,
      role,
      trustedCas: cas.map(({ certificate }) => certificate),
      crls: this.#installed.crls.map(({ list }) => list),
      revokedFingerprints: byHand(this.#installed.settings),
      now: new Date(this.#clock.now()),
    });
  }

  /**
   * Why a dataset's record does not come from somebody we trust: `dataset_untrusted` with the reason, or null; without a CA nobody is
   * asked for that. `signer` is null when nobody signed it.
   */
  recordRefusal(signer: SeenSigner | null, signedAtMs: number): DmError | null {
    if (this.#installed.cas.length === 0) return null;
    if (signer !== null) return this.signerRefusal(signer, signedAtMs);
    return new DmError('dataset_untrusted', 'nobody has signed it', {
      data: { reason: 'unsigned' },
    });
  }

  /** Why who signed a record is nobody that we trust; without a CA all but ourselves. */
  signerRefusal(signer: SeenSigner, signedAtMs: number): DmError | null {
    const { cas, identities, crls, settings } = this.#installed;
    try {
      verifyRecordSigner({
        ...signer,
        signedAt: new Date(signedAtMs),
        trustedCas: cas.map(({ certificate }) => certificate),
        crls: crls.map(({ list }) => list),
        revokedFingerprints: byHand(settings),
        ownKeys: new Set(identities.map(({ certificate }) => certificate.spkiSha256)),
      });
      return null;
    } catch (error) {
      if (!(error instanceof DmError) || error.code !== 'peer_untrusted') throw error;
      const { message, data } = error;
      return new DmError('dataset_untrusted', message, { data, cause: error });
    }
  }

  async createCa(request: { name: string; description: string; pem: string }): Promise<string> {
    const certificate = parseCertificate(request.pem);
    checkInstallableCa(certificate);
    return this.#create(
      'ca',
      () => this.#installed.cas,
      request.name,
      (id) => {
        refuseInstalled(certificate, this.#installed.cas);
        const record: StoredCa = { id, ...request, createdAtMs: this.#clock.now() };
        return this.#records.cas.put(id, record);
      },
    );
  }

  async createIdentity(request: {
    name: string;
    description: string;
    pem: string;
    keyPem: string;
    keyPassword: string;
  }): Promise<string> {
    const [leaf] = parseCertificates(request.pem);
    const key = loadPrivateKey(
      request.keyPem,
      request.keyPassword === '' ? null : request.keyPassword,
    );
    checkInstallableIdentity(leaf, key);
    const { name, description, pem } = request;
    return this.#create(
      'identity',
      () => this.#installed.identities,
      name,
      (id) =>
        this.#records.identities.put(id, {
          id,
          name,
          description,
          pem,
          keyPem: privateKeyPem(key),
          createdAtMs: this.#clock.now(),
        }),
    );
  }

  async createCrl(request: { name: string; pem: string }): Promise<string> {
    parseCrl(request.pem);
    return this.#create(
      'crl',
      () => this.#installed.crls,
      request.name,
      (id) => this.#records.crls.put(id, { id, ...request, createdAtMs: this.#clock.now() }),
    );
  }

  async modify(
    kind: 'ca' | 'identity',
    ref: string,
    change: { name?: string; description?: string },
  ): Promise<void> {
    const id = this.find(kind, ref).id;
    if (change.name !== undefined) validateName(change.name);
    await this.#database.update(async () => {
      const records: Records<string, StoredCa> =
        kind === 'ca' ? this.#records.cas : this.#records.identities;
      const record = await records.get(id);
      if (!record) throw missing(kind, ref);
      const list = kind === 'ca' ? this.#installed.cas : this.#installed.identities;
      if (change.name !== undefined) refuseTaken(kind, list, change.name, id);
      await records.save(id, { ...record, ...change });
    });
    await this.#changed();
  }

  async delete(kind: 'ca' | 'identity' | 'crl', ref: string): Promise<void> {
    const { id } =
      kind === 'crl' ? this.#find('crl', this.#installed.crls, ref) : this.find(kind, ref);
    await this.#database.write([{ delete: keys[kind](id) }]);
    await this.#changed();
  }

  find(kind: 'ca' | 'identity', ref: string): Installed<StoredCa> {
    return this.#find(kind, kind === 'ca' ? this.#installed.cas : this.#installed.identities, ref);
  }

  /** Replaces the settings by what `change` makes of the present ones. */
  async changeSettings(
    change: (present: CertificateSettings) => CertificateSettings,
  ): Promise<void> {
    await this.#database.update(async () => {
      const value = change(await this.#records.settings());
      await this.#database.write([{ put: keys.certificateSettings, value }]);
    });
    await this.#changed();
  }

  async #create(
    kind: 'ca' | 'identity' | 'crl',
    present: () => readonly { id: string; name: string }[],
    name: string,
    write: (id: string) => StateWrite,
  ): Promise<string> {
    validateName(name);
    const id = await this.#database.update(async () => {
      await this.#load();
      refuseTaken(kind, present(), name, null);
      const next = await this.#database.next('certificate');
      await this.#database.write([next.write, write(String(next.value))]);
      return String(next.value);
    });
    await this.#changed();
    return id;
  }

  #find<T extends { id: string; name: string }>(kind: string, list: readonly T[], ref: string): T {
    const found = list.find(({ id, name }) => id === ref || name === ref);
    if (!found) throw missing(kind, ref);
    return found;
  }

  /** Loads one after the other: an older view must not take the place of a newer one. */
  async #changed(): Promise<void> {
    await this.#database.update(() => this.#load());
    for (const listener of this.#listeners) listener();
  }

  async #load(): Promise<void> {
    this.#installed = await this.#records.load();
  }
}

/** Fingerprints that were revoked at this agent. */
function byHand({ revokedFingerprints }: CertificateSettings): ReadonlySet<string> {
  return new Set(revokedFingerprints.map((text) => text.replace(/^spki:/, '')));
}

function refuseTaken(
  kind: string,
  present: readonly { id: string; name: string }[],
  name: string,
  except: string | null,
): void {
  const taken = present.find((other) => other.name === name && other.id !== except);
  if (taken) {
    throw new DmError(
      'already_exists',
      `${kind} certificate "${name}" exists already (id ${taken.id}); choose another name`,
    );
  }
}

/** Twice under two names, deleting one of them would leave its peers trusted. */
function refuseInstalled(certificate: Certificate, present: readonly Installed<StoredCa>[]): void {
  const { fingerprintSha256 } = certificate;
  const twin = present.find((other) => other.certificate.fingerprintSha256 === fingerprintSha256);
  if (twin === undefined) return;
  throw new DmError(
    'already_exists',
    `this CA certificate is installed already as "${twin.name}" (id ${twin.id}); use that one, or rename it with \`dm certificates ca modify\``,
  );
}

function missing(kind: string, ref: string): DmError {
  return new DmError(
    'not_found',
    `${kind} certificate "${ref}" does not exist; see \`dm certificates ${kind} list\``,
  );
}
