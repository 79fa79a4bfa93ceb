import { expect } from 'chai';
import { planConfig } from '../../../src/cli/config/plan-config.js';
import { shellLine } from '../../../src/cli/config/shell-line.js';
import {
  type ConfigDocument,
  parseConfig,
  printConfig,
} from '../../../src/config/config-document.js';
import { DmError } from '../../../src/model/error.js';

const KEY = 'ab'.repeat(32);
const RULE = { netmask: '10.0.0.0/8', 'bw-limit': 100_000 };
const DOCUMENT: ConfigDocument = {
  'certificates.ca': [{ name: 'site', fingerprint: KEY, 'certificate-path': '' }],
  'certificates.settings': [{ 'strict-hostname-check': false }],
  accounts: [{ name: 'beta', type: 'DM', uri: 'dm://beta:7722' }],
  grants: [{ identity: `spki:${KEY}`, root: '/srv', allow: 'write,read' }],
  'throttling.bw-rules': [RULE],
  'throttling.settings': [{ 'allowed-cpu-threshold': 30 }],
  policies: [
    { name: 'make', type: 'CREATION', priority: 'NORMAL', 'creation-exclude': ['*.tmp', '/x y'] },
  ],
};

const SPENT = { name: 'once', type: 'COPY', 'copy-dataset-id': 3 };
const PRESENT = {
  document: { ...DOCUMENT, policies: [...(DOCUMENT.policies ?? []), SPENT] },
  spent: new Set([SPENT]),
  ids: new Map([...(DOCUMENT.grants ?? []).map((one) => [one, '7'] as const), [RULE, '4']]),
};

function plan(wanted: ConfigDocument, prune = false): string[] {
  return planConfig(wanted, PRESENT, { prune }).map(shellLine);
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DmError && error.code === 'invalid_argument') return error.message;
    throw error;
  }
  return '';
}

describe('the steps to a configuration', () => {
  it('are none where everything is so already, also when it went through text', () => {
    expect(plan(DOCUMENT, true)).to.deep.equal([]);
    expect(plan(parseConfig(printConfig(DOCUMENT), 'f'), true)).to.deep.equal([]);
  });

  it('make what is new in an order that works, then change what differs', () => {
    const wanted: ConfigDocument = {
      policies: [
        { name: 'copy', type: 'REPEAT_COPY', 'parent-exec-policy-id': 'first' },
        { name: 'first', type: 'CREATION', enabled: true },
        { name: 'make', priority: 'HIGH' },
      ],
      accounts: [
        { name: 'new', type: 'S3', uri: 'https://x/y', 'secret-key-file': '/run/key' },
        { name: 'beta', uri: 'dm://other:7722', 'secret-key-file': '' },
      ],
    };
    expect(plan(wanted)).to.deep.equal([
      'dm accounts create S3 --name=new --uri=https://x/y --secret-key-file=/run/key',
      'dm policies create first --policy-type=CREATION --enabled=true',
      'dm policies create copy --policy-type=REPEAT_COPY --parent-exec-policy-id=first',
      'dm accounts modify beta --uri=dm://other:7722',
      'dm policies modify make --priority=HIGH',
    ]);
  });

  it('leave a COPY that has run as it is, and run none again', () => {
    expect(plan({ policies: [SPENT] })).to.deep.equal([]);
    expect(plan({ policies: [] }, true)).to.deep.equal(['dm policies delete make']);
    expect(plan({ policies: [{ ...SPENT, 'copy-dataset-id': 4 }] })).to.deep.equal([
      'dm policies modify once --copy-dataset-id=4',
    ]);
  });

  it('call what has no name by its id', () => {
    const other = { ...RULE, window: '08:00-18:00' };
    const wanted: ConfigDocument = {
      'throttling.bw-rules': [{ ...RULE, 'bw-limit': 200_000 }, other],
      'throttling.settings': [{ 'allowed-cpu-threshold': 40 }],
    };
    expect(plan(wanted)).to.deep.equal([
      'dm throttling bw-rules create --netmask=10.0.0.0/8 --bw-limit=100000 --window=08:00-18:00',
      'dm throttling bw-rules modify 4 --bw-limit=200000',
      'dm throttling settings modify --allowed-cpu-threshold=40',
    ]);
  });

  it('delete only when asked, only in sections that are there, and users of things before them', () => {
    const wanted = { accounts: [], policies: [], grants: [] };
    expect(plan(wanted)).to.deep.equal([]);
    expect(plan(wanted, true)).to.deep.equal([
      'dm policies delete make',
      'dm grants delete 7',
      'dm accounts delete beta',
    ]);
  });

  it('know a grant however it is written', () => {
    const digits = KEY.toUpperCase().replace(/(..)(?=.)/g, '$1:');
    const same = { identity: `spki:${digits}`, root: '/srv/', allow: 'read, write' };
    expect(plan({ grants: [same] }, true)).to.deep.equal([]);
  });

  it('are refused where the document cannot be meant', () => {
    const message = (wanted: ConfigDocument) => refusal(() => plan(wanted));
    expect(message({ accounts: [{ name: 'beta', type: 'S3' }] })).to.contain('another type (DM)');
    expect(message({ 'certificates.ca': [{ name: 'site', fingerprint: 'cd' }] })).to.contain(
      'another fingerprint',
    );
    expect(message({ 'certificates.ca': [{ name: 'new', 'certificate-path': '' }] })).to.contain(
      'needs certificate-path',
    );
    expect(message({ accounts: [{ uri: 'dm://x' }] })).to.contain('accounts[0] has no name');
    const secret = message({ accounts: [{ name: 'x', 'secret-key': 'planted' }] });
    expect(secret).to.contain('secret-key-file').and.not.to.contain('planted');
    expect(message({ policies: [{ name: 'a' }, { name: 'a' }] })).to.contain('twice');
  });

  it('quote what a shell would take apart', () => {
    const wanted = {
      policies: [{ name: "it's $(x)", type: 'CREATION', 'creation-exclude': ['a b'] }],
    };
    expect(plan(wanted)).to.deep.equal([
      `dm policies create 'it'\\''s $(x)' --policy-type=CREATION '--creation-exclude=a b'`,
    ]);
  });
});

describe('the text of a configuration', () => {
  it('is refused with the place that is wrong', () => {
    const message = (text: string) => refusal(() => parseConfig(text, 'agent.yaml'));
    expect(message('version: 2')).to.contain('version 2');
    expect(message('accounts: [')).to.contain('agent.yaml cannot be read');
    expect(message('version: 1\nthings: []')).to.match(
      /"things" in agent.yaml is not known; it may hold version, certificates, accounts, /,
    );
    expect(message('{{{')).to.match(/agent.yaml cannot be read: .* column \d+; correct it/);
    expect(message('version: 1\naccounts: {}')).to.contain('accounts in agent.yaml is not a list');
    expect(message('version: 1\npolicies: [x]')).to.contain('policies[0] in agent.yaml');
    expect(message('version: 1\npolicies: [{name: {}}]')).to.contain('"name" of policies[0]');
  });
});
