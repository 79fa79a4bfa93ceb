import type { StoredCa } from '../../model/certificate.js';
import { DmError } from '../../model/error.js';
import type { Certificate as CertificateView } from '../../rpc/generated/control/datamover/v1/Certificate.js';
import type { CertificateRef__Output } from '../../rpc/generated/control/datamover/v1/CertificateRef.js';
import type { CertificateSettings as SettingsView } from '../../rpc/generated/control/datamover/v1/CertificateSettings.js';
import type { CreateCaCertificateRequest__Output } from '../../rpc/generated/control/datamover/v1/CreateCaCertificateRequest.js';
import type { CreateCrlRequest__Output } from '../../rpc/generated/control/datamover/v1/CreateCrlRequest.js';
import type { CreateIdentityCertificateRequest__Output } from '../../rpc/generated/control/datamover/v1/CreateIdentityCertificateRequest.js';
import type { Crl } from '../../rpc/generated/control/datamover/v1/Crl.js';
import type { ModifyCertificateRequest__Output } from '../../rpc/generated/control/datamover/v1/ModifyCertificateRequest.js';
import type { ModifyCertificateSettingsRequest__Output } from '../../rpc/generated/control/datamover/v1/ModifyCertificateSettingsRequest.js';
import type { Ref__Output } from '../../rpc/generated/control/datamover/v1/Ref.js';
import type { RevokeFingerprintRequest__Output } from '../../rpc/generated/control/datamover/v1/RevokeFingerprintRequest.js';
import { certificateStatus } from '../../security/certificate.js';
import type { Clock } from '../../util/clock.js';
import type { Installed, InstalledCrl } from '../certificate-records.js';
import type { TrustStore } from '../trust-store.js';

/** The certificate commands of the control service. */
export function certificateHandlers(modules: { trust: TrustStore; clock: Clock }) {
  const { trust, clock } = modules;
  const now = () => new Date(clock.now());
  return {
    createCaCertificate: async (request: CreateCaCertificateRequest__Output) => ({
      id: await trust.createCa({
        name: request.name,
        description: request.description,
        pem: request.certificate_pem,
      }),
    }),
    listCaCertificates: async () => ({ certificates: trust.cas.map((ca) => view(ca, now())) }),
    createIdentityCertificate: async (request: CreateIdentityCertificateRequest__Output) => ({
      id: await trust.createIdentity({
        name: request.name,
        description: request.description,
        pem: request.certificate_pem,
        keyPem: request.key_pem,
        keyPassword: request.key_password,
      }),
    }),
    listIdentityCertificates: async () => ({
      certificates: trust.identities.map((identity) => view(identity, now())),
    }),
    modifyCertificate: async (request: ModifyCertificateRequest__Output) => {
      const kind = certificateKind(request.kind);
      const { id } = trust.find(kind, request.ref);
      await trust.modify(kind, id, {
        ...(request.name === undefined ? {} : { name: request.name }),
        ...(request.description === undefined ? {} : { description: request.description }),
      });
      return view(trust.find(kind, id), now());
    },
    deleteCertificate: async (request: CertificateRef__Output) => {
      await trust.delete(certificateKind(request.kind), request.ref);
      return {};
    },
    createCrl: async (request: CreateCrlRequest__Output) => ({
      id: await trust.createCrl({ name: request.name, pem: request.crl_pem }),
    }),
    listCrls: async () => ({ crls: trust.crls.map((crl) => crlView(crl, now())) }),
    deleteCrl: async (request: Ref__Output) => {
      await trust.delete('crl', request.ref);
      return {};
    },
    revokeFingerprint: async (request: RevokeFingerprintRequest__Output) => {
      const fingerprint = parseRevocation(request.fingerprint);
      if (request.undo && !trust.settings.revokedFingerprints.includes(fingerprint)) {
        throw new DmError(
          'not_found',
          `${fingerprint} is not revoked; see dm certificates settings view`,
        );
      }
      await trust.changeSettings((present) => ({
        ...present,
        revokedFingerprints: [
          ...present.revokedFingerprints.filter((known) => known !== fingerprint),
          ...(request.undo ? [] : [fingerprint]),
        ],
      }));
      return {};
    },
    getCertificateSettings: async () => settingsView(trust),
    modifyCertificateSettings: async (request: ModifyCertificateSettingsRequest__Output) => {
      if (request.enable_encryption === false) {
        throw new DmError(
          'refused',
          'connections without encryption are not supported; leave enable_encryption true',
        );
      }
      const strictHostnameCheck = request.strict_hostname_check;
      if (strictHostnameCheck !== undefined) {
        await trust.changeSettings((present) => ({ ...present, strictHostnameCheck }));
      }
      return settingsView(trust);
    },
  };
}

function certificateKind(text: string): 'ca' | 'identity' {
  if (text !== 'ca' && text !== 'identity') {
    throw new DmError('invalid_argument', `certificate kind "${text}" is neither ca nor identity`);
  }
  return text;
}

/** SHA-256 of a certificate, or of a key with `spki:` in front; colons are dropped. */
function parseRevocation(text: string): string {
  const plain = text.replaceAll(':', '').toLowerCase();
  const match = /^(spki)?([0-9a-f]{64})$/.exec(plain);
  if (!match?.[2]) {
    throw new DmError(
      'invalid_argument',
      `fingerprint "${text.slice(0, 100)}" is not a SHA-256 of 64 hex digits; copy it from \`certs-tool inspect\``,
    );
  }
  return match[1] ? `spki:${match[2]}` : match[2];
}

function view(installed: Installed<StoredCa>, now: Date): CertificateView {
  const { certificate } = installed;
  return {
    id: installed.id,
    name: installed.name,
    description: installed.description,
    subject: certificate.subject,
    issuer: certificate.issuer,
    not_before: certificate.notBefore.toISOString(),
    not_after: certificate.notAfter.toISOString(),
    status: certificateStatus(certificate, now),
    fingerprint_sha256: certificate.fingerprintSha256,
    spki_sha256: certificate.spkiSha256,
    dnsnames: [...certificate.dnsNames],
  };
}

function crlView(crl: InstalledCrl, now: Date): Crl {
  const { list } = crl;
  const current = list.nextUpdate > now;
  return {
    id: crl.id,
    name: crl.name,
    issuer: list.issuer,
    this_update: list.thisUpdate.toISOString(),
    next_update: list.nextUpdate.toISOString(),
    revoked: list.revoked.size,
    status: current ? 'valid' : 'expired',
  };
}

function settingsView(trust: TrustStore): SettingsView {
  return {
    enable_encryption: true,
    strict_hostname_check: trust.settings.strictHostnameCheck,
    revoked_fingerprints: [...trust.settings.revokedFingerprints],
  };
}
