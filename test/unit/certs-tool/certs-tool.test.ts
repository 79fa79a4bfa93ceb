import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parseCertificate } from '../../../src/security/certificate.js';
import { parseCrl } from '../../../src/security/crl.js';
import { makeCa, makeIdentity, writeCertificate } from '../../support/certificates.js';

const PROGRAM = fileURLToPath(new URL('../../../certs-tool/main.js', import.meta.url));
const SIGN = ['--ca', 'ca/ca.pem', '--ca-key', 'ca/ca.key'];
const FAST = ['--bits', '2048'];

let directory: string;

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, ...args: string[]): Outcome {
  const argv = [PROGRAM, command, ...args];
  return spawnSync(process.execPath, argv, { cwd: directory, encoding: 'utf8' });
}

function succeed(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = run(command, ...args);
  expect(stderr).to.equal('');
  expect(status).to.equal(0);
  return stdout;
}

function fail(status: number, command: string, ...args: string[]): string {
  const outcome = run(command, ...args);
  expect(outcome.status, outcome.stderr).to.equal(status);
  expect(outcome.stdout).to.equal('');
  expect(outcome.stderr).to.match(/^certs-tool: [a-z_]+: [^\n]+\n$/);
  return outcome.stderr;
}

function path(name: string): string {
  return join(directory, name);
}

function read(name: string): string {
  return readFileSync(path(name), 'utf8');
}

function openssl(...args: string[]): Outcome {
  return spawnSync('openssl', args, { cwd: directory, encoding: 'utf8' });
}

describe('certs-tool', function () {
  this.timeout(120_000);

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'dm-certs-tool-'));
    succeed('ca', '--name', 'Zürich CA, Inc.', '--days', '1000', ...FAST, '--out', 'ca');
    succeed(
      'identity',
      ...SIGN,
      '--name',
      'alpha',
      '--dns',
      'a.example',
      '--dns',
      '*.b.example',
      '--ip',
      '10.0.0.1',
      '--ip',
      'fe80::1',
      ...FAST,
      '--out',
      'alpha',
    );
  });
  after(() => rmSync(directory, { recursive: true }));

  it('ca makes a CA certificate and a private key that only its owner can read', () => {
    const ca = parseCertificate(read('ca/ca.pem'));
    expect(ca.commonName).to.equal('Zürich CA, Inc.');
    expect(ca.isCa).to.equal(true);
    expect(ca.keyUsage).to.deep.equal(['keyCertSign', 'cRLSign']);
    expect(Math.round((ca.notAfter.getTime() - Date.now()) / 86_400_000)).to.equal(1000);
    expect(statSync(path('ca/ca.key')).mode & 0o777).to.equal(0o600);
    expect(statSync(path('ca')).mode & 0o777).to.equal(0o700);
  });

  it('identity makes a leaf for both sides, which openssl accepts', () => {
    const leaf = parseCertificate(read('alpha/identity.crt'));
    const ca = parseCertificate(read('ca/ca.pem'));
    expect(leaf.commonName).to.equal('alpha');
    expect(leaf.isCa).to.equal(false);
    expect(leaf.keyUsage).to.deep.equal(['digitalSignature']);
    expect(leaf.extendedKeyUsage).to.have.members(['clientAuth', 'serverAuth']);
    expect(leaf.dnsNames).to.deep.equal(['a.example', '*.b.example']);
    expect(leaf.ipAddresses).to.deep.equal(['10.0.0.1', 'fe80::1']);
    expect(leaf.authorityKeyId)
      .to.equal(ca.subjectKeyId)
      .and.to.match(/^[0-9A-F]{40}$/);
    expect(leaf.notBefore.getTime()).to.be.below(Date.now());
    expect(statSync(path('alpha/identity.key')).mode & 0o777).to.equal(0o600);
    for (const purpose of ['sslclient', 'sslserver']) {
      const checked = openssl(
        'verify',
        '-x509_strict',
        '-purpose',
        purpose,
        '-CAfile',
        'ca/ca.pem',
        'alpha/identity.crt',
      );
      expect(checked.stdout, checked.stderr).to.equal('alpha/identity.crt: OK\n');
    }
  });

  it('an identity does not outlive its CA', () => {
    succeed('identity', ...SIGN, '--name', 'long', '--days', '5000', ...FAST, '--out', 'long');
    const leaf = parseCertificate(read('long/identity.crt'));
    expect(leaf.notAfter).to.deep.equal(parseCertificate(read('ca/ca.pem')).notAfter);
  });

  it('csr makes a request that openssl and identity --csr accept, without the key', () => {
    succeed('csr', '--name', 'bëta', '--dns', 'evil.example', ...FAST, '--out', 'beta');
    expect(statSync(path('beta/identity.key')).mode & 0o777).to.equal(0o600);
    const shown = openssl('req', '-in', 'beta/identity.csr', '-noout', '-verify', '-text');
    expect(shown.status, shown.stderr).to.equal(0);
    expect(shown.stdout).to.include('DNS:evil.example');
    const signed = run('identity', ...SIGN, '--csr', 'beta/identity.csr', '--out', 'signed');
    expect(signed.status).to.equal(0);
    expect(signed.stdout).to.equal('signed/identity.crt\n');
    expect(signed.stderr).to.include('asks for "evil.example"').and.include('--dns');
    const leaf = parseCertificate(read('signed/identity.crt'));
    expect(leaf.commonName).to.equal('bëta');
    expect(leaf.dnsNames, 'the CA decides on names').to.deep.equal([]);
    succeed('verify', 'signed/identity.crt', '--ca', 'ca/ca.pem');
  });

  it('identity refuses a request whose signature does not fit', () => {
    succeed('csr', '--name', 'gamma', ...FAST, '--out', 'gamma');
    const der = Buffer.from(read('gamma/identity.csr').replace(/-----.*-----|\s/g, ''), 'base64');
    der.write('gimma', der.indexOf('gamma'), 'latin1');
    const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    writeFileSync(path('forged.csr'), pem);
    const said = fail(1, 'identity', ...SIGN, '--csr', 'forged.csr', '--out', 'forged');
    expect(said).to.include('forged.csr is not signed with its own key');
  });

  it('renew keeps subject, names and key; with --new-key it names the key to pin', () => {
    succeed('renew', ...SIGN, '--cert', 'alpha/identity.crt', '--days', '10', '--out', 'alpha-2');
    const before = parseCertificate(read('alpha/identity.crt'));
    const after = parseCertificate(read('alpha-2/identity.crt'));
    expect(after).to.deep.include({
      subject: before.subject,
      spkiSha256: before.spkiSha256,
      dnsNames: before.dnsNames,
      ipAddresses: before.ipAddresses,
    });
    expect(after.serial).to.not.equal(before.serial);
    expect(after.notAfter.getTime()).to.be.below(Date.now() + 10.1 * 86_400_000);
    succeed('verify', 'alpha-2/identity.crt', '--ca', 'ca/ca.pem');

    const said = succeed(
      'renew',
      ...SIGN,
      '--cert',
      'alpha/identity.crt',
      '--new-key',
      ...FAST,
      '--out',
      'alpha-3',
    );
    const changed = parseCertificate(read('alpha-3/identity.crt'));
    expect(changed.spkiSha256).to.not.equal(before.spkiSha256);
    expect(said).to.include(`peers must pin spki:${changed.spkiSha256} again`);
    const key = read('alpha-3/identity.key');
    expect(new X509Certificate(changed.der).publicKey.asymmetricKeyType).to.equal('rsa');
    expect(key).to.match(/^-----BEGIN PRIVATE KEY-----/);
  });

  it('renew refuses an identity of another CA', () => {
    writeCertificate(directory, 'stranger', makeIdentity(makeCa({ key: 'rsa2048' })));
    const said = fail(1, 'renew', ...SIGN, '--cert', 'stranger.crt', '--out', 'never');
    expect(said).to.include('is not an identity issued by');
  });

  it('inspect shows fingerprints and uses, as text and as JSON', () => {
    const leaf = parseCertificate(read('alpha/identity.crt'));
    const text = succeed('inspect', 'alpha/identity.crt');
    for (const shown of [
      leaf.fingerprintSha256,
      leaf.spkiSha256,
      'CN=alpha',
      'clientAuth',
      'a.example',
      'status:              valid',
    ]) {
      expect(text).to.include(shown);
    }
    const json = JSON.parse(succeed('inspect', '--json', 'alpha/identity.crt', 'ca/ca.pem'));
    expect(json).to.have.length(2);
    expect(json[0].spki_sha256).to.equal(leaf.spkiSha256);
    expect(json[1].ca).to.equal(true);
  });

  it('crl makes a list that openssl accepts, and carries the last one on', () => {
    succeed('crl', ...SIGN, '--revoke', '0A:0B', '--out', 'crl-1.pem');
    succeed(
      'crl',
      ...SIGN,
      '--revoke',
      'alpha/identity.crt',
      '--previous',
      'crl-1.pem',
      '--days',
      '3',
      '--out',
      'crl-2.pem',
    );
    const list = parseCrl(read('crl-2.pem'));
    expect(list.number).to.equal(2n);
    expect([...list.revoked.keys()]).to.deep.equal([
      '0A0B',
      parseCertificate(read('alpha/identity.crt')).serial,
    ]);
    expect(Math.round((list.nextUpdate.getTime() - Date.now()) / 86_400_000)).to.equal(3);
    const check = ['verify', '-crl_check', '-CAfile', 'ca/ca.pem', '-CRLfile'];
    expect(openssl(...check, 'crl-1.pem', 'alpha/identity.crt').status).to.equal(0);
    expect(openssl(...check, 'crl-2.pem', 'alpha/identity.crt').stderr).to.include('revoked');
    succeed('verify', 'alpha/identity.crt', '--ca', 'ca/ca.pem', '--crl', 'crl-1.pem');
    const said = fail(1, 'verify', 'alpha/identity.crt', '--ca', 'ca/ca.pem', '--crl', 'crl-2.pem');
    expect(said).to.include('peer_untrusted').and.include('is revoked');
    const number = fail(
      2,
      'crl',
      ...SIGN,
      '--previous',
      'crl-2.pem',
      '--number',
      '2',
      '--out',
      'x.pem',
    );
    expect(number).to.include('not above 2');
  });

  it('verify says why not', () => {
    const other = makeCa({ name: 'other' });
    writeCertificate(directory, 'other', other);
    const cases: [string, string[]][] = [
      ['not an installed CA', ['--ca', 'other.crt']],
      ['expired at', ['--ca', 'ca/ca.pem', '--at', '2060-01-01T00:00:00Z']],
      ['is valid from', ['--ca', 'ca/ca.pem', '--at', '2020-01-01']],
    ];
    for (const [problem, args] of cases) {
      expect(fail(1, 'verify', 'alpha/identity.crt', ...args)).to.include(problem);
    }
  });

  it('never overwrites a file nor writes through a link, and leaves nothing half made', () => {
    const key = read('ca/ca.key');
    expect(fail(1, 'ca', '--name', 'x', ...FAST, '--out', 'ca')).to.include(
      'already_exists: ca/ca.key',
    );
    expect(read('ca/ca.key')).to.equal(key);

    succeed('csr', '--name', 'half', ...FAST, '--out', 'half');
    rmSync(path('half/identity.key'));
    const said = fail(1, 'csr', '--name', 'half', ...FAST, '--out', 'half');
    expect(said).to.include('already_exists: half/identity.csr');
    expect(() => statSync(path('half/identity.key'))).to.throw('ENOENT');

    symlinkSync(path('victim'), path('link.pem'));
    expect(fail(1, 'crl', ...SIGN, '--out', 'link.pem')).to.include('already_exists');
    expect(() => statSync(path('victim'))).to.throw('ENOENT');
  });

  it('refuses to sign with a key or a CA that does not fit', () => {
    const wrongKey = ['--ca', 'ca/ca.pem', '--ca-key', 'alpha/identity.key'];
    expect(fail(1, 'identity', ...wrongKey, '--name', 'x')).to.include('does not belong');
    const noKey = ['--ca', 'ca/ca.pem', '--ca-key', 'ca/ca.pem'];
    expect(fail(1, 'identity', ...noKey, '--name', 'x')).to.include('ca/ca.pem: no "BEGIN PRIVATE');
    const leaf = ['--ca', 'alpha/identity.crt', '--ca-key', 'alpha/identity.key'];
    expect(fail(1, 'identity', ...leaf, '--name', 'x')).to.include('not a CA certificate');
    writeCertificate(directory, 'ec', makeCa());
    const curve = ['--ca', 'ec.crt', '--ca-key', 'ec.key'];
    expect(fail(1, 'identity', ...curve, '--name', 'x')).to.include('RSA keys only');
    const ended = makeCa({ key: 'rsa2048', notAfter: new Date(Date.now() - 1000) });
    writeCertificate(directory, 'ended', ended);
    const expired = ['--ca', 'ended.crt', '--ca-key', 'ended.key'];
    expect(fail(1, 'identity', ...expired, '--name', 'x')).to.include('not now');
  });

  it('reads an encrypted CA key with its password file only', () => {
    openssl(...'rsa -in ca/ca.key -aes256 -passout pass:s3cret -out locked.key'.split(' '));
    writeFileSync(path('password'), 's3cret\n');
    const locked = ['--ca', 'ca/ca.pem', '--ca-key', 'locked.key'];
    const said = fail(1, 'crl', ...locked, '--out', 'locked.pem');
    expect(said).to.include('is encrypted').and.not.include('s3cret');
    succeed('crl', ...locked, '--ca-key-password-file', 'password', '--out', 'locked.pem');
  });

  it('answers wrong usage with one line and exit code 2', () => {
    const cases: [string, string[]][] = [
      ['unknown command', ['nonsense']],
      ['required option', ['ca']],
      ['required option', ['verify', 'alpha/identity.crt']],
      ['unknown option', ['inspect', '--jason', 'x']],
      ['printable characters', ['ca', '--name', 'a\nb']],
      ['days from 1', ['ca', '--name', 'x', '--days', '0']],
      ['no DNS name', ['csr', '--name', 'x', '--dns', 'a b']],
      ['no IP address', ['csr', '--name', 'x', '--ip', '10.0.0']],
      ['either --name or --csr', ['identity', ...SIGN]],
      ['must look like', ['verify', 'x', '--ca', 'y', '--at', 'soon']],
    ];
    for (const [problem, [command = '', ...args]] of cases) {
      expect(fail(2, command, ...args))
        .to.include('certs-tool: usage: ')
        .and.include(problem);
    }
    expect(fail(1, 'inspect', 'missing.pem')).to.include('not_found: missing.pem');
  });

  it('shows an example in every help', () => {
    for (const command of ['ca', 'identity', 'csr', 'renew', 'inspect', 'verify', 'crl']) {
      expect(succeed(command, '--help')).to.match(
        new RegExp(`Example[^]*\n  certs-tool ${command} `),
      );
    }
    expect(succeed('--help')).to.include('Example: a CA');
  });
});
