import type {
  CertificateSettings,
  StoredCa,
  StoredCrl,
  StoredIdentity,
} from '../model/certificate.js';
import { type Certificate, parseCertificate, parseCertificates } from '../security/certificate.js';
import { parseCrl, type RevocationList } from '../security/crl.js';
import type { StateDatabase } from '../state/database.js';
import { keys, ranges } from '../state/keys.js';
import { plainCodec, Records } from '../state/records.js';

export type Installed<T> = T & { readonly certificate: Certificate };
export type InstalledCrl = StoredCrl & { readonly list: RevocationList };

/** Everything that is installed at one moment, parsed. */
export interface InstalledCertificates {
  readonly cas: readonly Installed<StoredCa>[];
  readonly identities: readonly Installed<StoredIdentity>[];
  readonly crls: readonly InstalledCrl[];
  readonly settings: CertificateSettings;
}

export const NOTHING_INSTALLED: InstalledCertificates = {
  ...{ cas: [], identities: [], crls: [] },
  settings: { strictHostnameCheck: false, revokedFingerprints: [] },
};

/** Certificates and their settings, as they are stored. */
export class CertificateRecords {
  readonly cas: Records<string, StoredCa>;
  readonly identities: Records<string, StoredIdentity>;
  readonly crls: Records<string, StoredCrl>;
  readonly #database: StateDatabase;

  constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
    this.cas = new Records(
      { range: ranges.ca, key: keys.ca, codec: plainCodec<StoredCa>() },
      modules,
    );
    this.identities = new Records(
      { range: ranges.identity, key: keys.identity, codec: plainCodec<StoredIdentity>() },
      modules,
    );
    this.crls = new Records(
      { range: ranges.crl, key: keys.crl, codec: plainCodec<StoredCrl>() },
      modules,
    );
  }

  async load(): Promise<InstalledCertificates> {
    const cas: Installed<StoredCa>[] = [];
    for await (const record of this.cas.list()) {
      cas.push({ ...record, certificate: parseCertificate(record.pem) });
    }
    const identities: Installed<StoredIdentity>[] = [];
    for await (const record of this.identities.list()) {
      identities.push({ ...record, certificate: parseCertificates(record.pem)[0] });
    }
    const crls: InstalledCrl[] = [];
    for await (const record of this.crls.list()) {
      crls.push({ ...record, list: parseCrl(record.pem) });
    }
    return { cas, identities, crls, settings: await this.settings() };
  }

  async settings(): Promise<CertificateSettings> {
    const stored = await this.#database.get(keys.certificateSettings);
    return stored === undefined ? NOTHING_INSTALLED.settings : (stored as CertificateSettings);
  }
}
