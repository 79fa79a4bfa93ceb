import { expect } from 'chai';
import { certificateHandlers } from '../../../src/assembly/control/certificates.js';
import { TrustStore } from '../../../src/assembly/trust-store.js';
import { StateDatabase } from '../../../src/state/database.js';
import { systemClock } from '../../../src/util/clock.js';
import { makeCa } from '../../support/certificates.js';
import { TempDirectory } from '../../support/temp-directory.js';

describe('trust store', () => {
  let directory: TempDirectory;
  let database: StateDatabase;
  let trust: TrustStore;

  beforeEach(async () => {
    directory = new TempDirectory();
    database = await StateDatabase.open(directory.join('state'));
    trust = await TrustStore.open({ database, clock: systemClock });
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  it('loses no revocation of several at once', async () => {
    const handlers = certificateHandlers({ trust, clock: systemClock });
    const fingerprints = [1, 2, 3, 4, 5].map((digit) => String(digit).repeat(64));
    await Promise.all([
      ...fingerprints.map((fingerprint) =>
        handlers.revokeFingerprint({ fingerprint, undo: false }),
      ),
      trust.changeSettings((present) => ({ ...present, strictHostnameCheck: true })),
    ]);
    expect(trust.settings.revokedFingerprints).to.have.members(fingerprints);
    expect(trust.settings.strictHostnameCheck).to.equal(true);
    const again = await TrustStore.open({ database, clock: systemClock });
    expect(again.settings).to.deep.equal(trust.settings);
    const [first = '', ...others] = fingerprints;
    await handlers.revokeFingerprint({ fingerprint: first, undo: true });
    expect(trust.settings.revokedFingerprints).to.have.members(others);
  });

  it('installs one certificate of a name', async () => {
    const pem = makeCa().certPem;
    const request = { name: 'ours', description: '', pem };
    const made = await Promise.allSettled([trust.createCa(request), trust.createCa(request)]);
    expect(made.map(({ status }) => status)).to.have.members(['fulfilled', 'rejected']);
    expect(trust.cas.map(({ name }) => name)).to.deep.equal(['ours']);
    const twin = await trust.createCa({ ...request, name: 'again' }).then(String, String);
    expect(twin).to.match(/installed already as "ours"/);
  });
});
