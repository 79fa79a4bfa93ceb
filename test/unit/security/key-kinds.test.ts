import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { parseCertificate } from '../../../src/security/certificate.js';
import { verifyPeer } from '../../../src/security/trust.js';
import { makeCa, makeIdentity, makeIntermediate } from '../../support/certificates.js';
import { TempDirectory } from '../../support/temp-directory.js';

/** By openssl, so that nothing of the project has a say in what is made. */
describe('kinds of keys and signatures', function () {
  this.timeout(60_000);
  let directory: TempDirectory;

  beforeEach(() => {
    directory = new TempDirectory();
  });
  afterEach(() => directory[Symbol.dispose]());

  /** What becomes of an identity whose key, CA and signature are of a kind. */
  function verdictOf(key: readonly string[], signature: readonly string[] = []): string {
    const openssl = (...words: readonly string[]) =>
      execFileSync('openssl', words, { cwd: directory.path, stdio: 'pipe' });
    for (const name of ['ca', 'leaf']) openssl('genpkey', ...key, '-out', `${name}.key`);
    const ca = ['req', '-x509', '-key', 'ca.key', '-days', '9', '-subj', '/CN=kinds', ...signature];
    openssl(...ca, '-out', 'ca.pem');
    openssl('req', '-new', '-key', 'leaf.key', '-subj', '/CN=leaf', '-out', 'leaf.csr');
    const sign = ['x509', '-req', '-in', 'leaf.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key'];
    openssl(...sign, '-set_serial', '7', '-days', '9', ...signature, '-out', 'leaf.pem');
    const [leaf, issuer] = ['leaf.pem', 'ca.pem'].map((file) =>
      parseCertificate(readFileSync(directory.join(file), 'utf8')),
    );
    if (leaf === undefined || issuer === undefined) throw new Error('there are two');
    return verdict([leaf.der], issuer.pem);
  }

  function verdict(chain: readonly Uint8Array[], caPem: string): string {
    const lists = { crls: [], revokedFingerprints: new Set<string>() };
    const trustedCas = [parseCertificate(caPem)];
    try {
      verifyPeer({ chain, trustedCas, ...lists, now: new Date(), role: 'client' });
      return 'accepted';
    } catch (error) {
      if (error instanceof DmError) return String(error.data.reason);
      throw error;
    }
  }

  const rsa = (bits: number) => ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`];
  const curve = (name: string) => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${name}`];
  const pss = ['-sha256', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:-1'];
  const weakPss = ['-sha1', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:-1'];
  const kinds: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
    ['RSA of 2,048 bits', rsa(2_048), ['-sha256'], 'accepted'],
    ['RSA of 3,072 bits with SHA-512', rsa(3_072), ['-sha512'], 'accepted'],
    ['RSA with PSS', rsa(2_048), pss, 'accepted'],
    ['P-256', curve('P-256'), ['-sha256'], 'accepted'],
    ['P-384 with SHA-384', curve('P-384'), ['-sha384'], 'accepted'],
    ['Ed25519', ['-algorithm', 'ed25519'], [], 'accepted'],
    ['Ed448', ['-algorithm', 'ed448'], [], 'accepted'],
    ['RSA of 1,536 bits', rsa(1_536), ['-sha256'], 'weak_key'],
    ['a curve of 224 bits', curve('secp224r1'), ['-sha256'], 'weak_key'],
    ['SHA-1', rsa(2_048), ['-sha1'], 'weak_signature'],
    ['SHA-224', rsa(2_048), ['-sha224'], 'weak_signature'],
    ['PSS with SHA-1', rsa(2_048), weakPss, 'weak_signature'],
  ];
  for (const [what, key, signature, wanted] of kinds) {
    it(`${what}: ${wanted}`, () => expect(verdictOf(key, signature)).to.equal(wanted));
  }

  it('seven CAs may stand over an identity, and no eighth', () => {
    const ca = makeCa({ name: 'ca-1' });
    const line = [ca];
    for (let at = 2; at <= 8; at++) {
      line.push(makeIntermediate(line[at - 2] ?? ca, { name: `ca-${at}` }));
    }
    for (const [count, isIn] of [
      [7, true],
      [8, false],
    ] as const) {
      const cas = line.slice(0, count);
      const leaf = makeIdentity(cas[count - 1] ?? ca, { name: 'leaf' });
      const chain = [leaf, ...cas.reverse()].map(({ der }) => der);
      const found = verdict(chain, ca.certPem);
      if (isIn) expect(found).to.equal('accepted');
      else expect(found).to.be.oneOf(['unknown_ca', 'path_too_long', 'malformed']);
    }
  });
});
