import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runLine, words } from './cli-fixture.js';
import { overTheWire } from './wire-check.js';

const created = async () => ({ id: '4' });

async function policyOf(line: string): Promise<unknown> {
  const outcome = await runLine(words(line), { createPolicy: created });
  expect(outcome.stderr).to.equal('');
  expect(outcome.stdout).to.equal('4\n');
  const request = outcome.calls[0]?.request;
  const received = overTheWire('createPolicy', Object(request));
  const policy: unknown = Reflect.get(Object(received), 'policy');
  expect(policy, 'every field exists in the protocol').to.deep.include(
    Object(Reflect.get(Object(request), 'policy')),
  );
  return policy;
}

const COPY_BASE = {
  base_account_id: 'local',
  source_account_id: 'local',
  target_account_id: 'local',
  new_tasks_account: 'local',
  target_dataset_type: 'FILE',
};

describe('command lines of the walkthrough', () => {
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'dm-cli-'));
    writeFileSync(join(directory, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nca\n');
    writeFileSync(join(directory, 'identity.crt'), '-----BEGIN CERTIFICATE-----\nid\n');
    writeFileSync(join(directory, 'identity.key'), '-----BEGIN PRIVATE KEY-----\nkey\n');
    writeFileSync(join(directory, 'password'), 'open sesame\n');
  });
  after(() => rmSync(directory, { recursive: true }));

  it('installs a certificate authority', async () => {
    const line = `certificates ca create --certificate-path=${directory}/ca.pem --name=test-CA`;
    const { calls, code } = await runLine(words(line), { createCaCertificate: created });
    expect(code).to.equal(0);
    const request = {
      name: 'test-CA',
      description: '',
      certificate_pem: '-----BEGIN CERTIFICATE-----\nca\n',
    };
    expect(calls).to.deep.equal([{ method: 'createCaCertificate', request }]);
  });

  it('installs an identity, with the password from its file', async () => {
    const line = `certificates identity create --certificate-key-path=${directory}/identity.key --certificate-path=${directory}/identity.crt --name=Test-ID --certificate-key-password-file ${directory}/password`;
    const { calls } = await runLine(words(line), { createIdentityCertificate: created });
    expect(calls[0]?.request).to.deep.equal({
      name: 'Test-ID',
      description: '',
      certificate_pem: '-----BEGIN CERTIFICATE-----\nid\n',
      key_pem: '-----BEGIN PRIVATE KEY-----\nkey\n',
      key_password: 'open sesame',
    });
  });

  it('lists both kinds of certificates', async () => {
    const empty = async () => ({ certificates: [] });
    const methods = { listCaCertificates: empty, listIdentityCertificates: empty };
    const ca = await runLine(words('certificates ca list'), methods);
    const identity = await runLine(words('certificates identity list'), methods);
    expect(ca.calls[0]?.method).to.equal('listCaCertificates');
    expect(identity.calls[0]?.method).to.equal('listIdentityCertificates');
    expect([ca.code, identity.code]).to.deep.equal([0, 0]);
  });

  it('creates a DM account', async () => {
    const line = 'accounts create DM --name=second --uri=dm://10.0.0.2:7722';
    const { calls } = await runLine(words(line), { createAccount: created });
    expect(calls[0]?.request).to.deep.include({
      account_type: 'DM',
      name: 'second',
      uri: 'dm://10.0.0.2:7722',
    });
  });

  it('creates a cloud account, with a warning about the key on the command line', async () => {
    const line =
      'accounts create ECS_S3 --auth-mode=CLOUD --access-id=id --secret-key=abc --name=ECS\\ Test\\ Drive --uri=https://object.example/bucket';
    const { calls, stderr } = await runLine(words(line), { createAccount: created });
    expect(calls[0]?.request).to.deep.include({
      account_type: 'ECS_S3',
      auth_mode: 'CLOUD',
      name: 'ECS Test Drive',
      uri: 'https://object.example/bucket',
      object: { access_id: 'id', secret_key: 'abc' },
    });
    expect(stderr)
      .to.match(/--secret-key can be seen by others/)
      .and.not.contain('abc');
  });

  it('takes the key of a cloud account from a variable or from stdin', async () => {
    const line = 'accounts create S3 --access-id=id --name=a --uri=https://object.example/bucket';
    const object = { access_id: 'id', secret_key: 'abc' };
    const methods = { createAccount: created };
    const variable = await runLine(words(line), methods, { env: { DM_SECRET_KEY: 'abc' } });
    expect(variable.calls[0]?.request).to.deep.include({ object });
    const typed = [...words(line), '--secret-key', '-'];
    const stdin = await runLine(typed, methods, { stdin: 'abc\n' });
    expect(stdin.calls[0]?.request).to.deep.include({ object });
    expect(variable.stderr + stdin.stderr).to.equal('');
  });

  it('creates an EXPIRATION policy from positional words', async () => {
    const policy = await policyOf(
      'policies create local_cleanup NORMAL true EXPIRATION --expiration-account-id=local',
    );
    expect(policy).to.deep.include({
      policy_type: 'EXPIRATION',
      expiration_policy: { account_id: 'local' },
    });
  });

  it('creates a CREATION policy from positional words', async () => {
    const policy = await policyOf(
      'policies create create4cloud NORMAL true CREATION --creation-account-id=local --creation-base-path=/root/dm_source --creation-dataset-retention-period=72000 --creation-dataset-expiry-action=DELETE',
    );
    expect(policy).to.deep.include({
      name: 'create4cloud',
      priority: 'NORMAL',
      enabled: true,
      policy_type: 'CREATION',
      partial: '',
      creation_policy: {
        account_id: 'local',
        base_path: '/root/dm_source',
        retention: {
          dataset_retention_period: 72000,
          dataset_reserve: 0,
          dataset_expiry_action: 'DELETE',
        },
        exclude: [],
        snapshot: 'auto',
        cross_subvolumes: false,
        pre_command: '',
        post_command: '',
      },
    });
  });

  it('creates a CREATION policy at a peer', async () => {
    const policy = await policyOf(
      'policies create on_sec NORMAL true CREATION --creation-account-id=second --creation-base-path=/srv/Documents --creation-dataset-retention-period=72000 --creation-dataset-expiry-action=DELETE',
    );
    expect(policy).to.have.nested.property('creation_policy.account_id', 'second');
  });

  it('creates a REPEAT_COPY policy with every odd spelling', async () => {
    const policy = await policyOf(
      'policies create Backup2ECS --priority=LOW --enabled=false --policy-type=REPEAT_COPY --repeat-copy-source-base-path=/root/dm_source --repeat-copy-base-base-account-id=a --repeat-copy-base-source-account-id=b --repeat-copy-base-new-tasks-account=c --repeat-copy-base-target-account-id=d --repeat-copy-base-target-base-path=portableOneFS --repeat-copy-base-target-dataset-type=FILE_ON_OBJECT_BACKUP --repeat-copy-base-dataset-retention-period=12000 --repeat-copy-base-dataset-reserve=10 --repeat-copy-base-policy-dataset-expiry-action=DELETE',
    );
    expect(policy).to.deep.include({
      name: 'Backup2ECS',
      priority: 'LOW',
      enabled: false,
      policy_type: 'REPEAT_COPY',
      repeat_copy_policy: {
        source_base_path: '/root/dm_source',
        reconnect: false,
        on_drift: 'repair',
        rpo_alert: 0,
        dataset_copy_policy_base: {
          base_account_id: 'a',
          source_account_id: 'b',
          new_tasks_account: 'c',
          target_account_id: 'd',
          target_base_path: 'portableOneFS',
          target_dataset_type: 'FILE_ON_OBJECT_BACKUP',
          copy_retention: {
            dataset_retention_period: 12000,
            dataset_reserve: 10,
            dataset_expiry_action: 'DELETE',
          },
        },
      },
    });
  });

  it('creates the push of section 10, options in front of the positional words', async () => {
    const policy = await policyOf(
      'policies create --repeat-copy-source-base-path=/srv/Documents --repeat-copy-base-source-account-id=local --repeat-copy-base-target-account-id second --repeat-copy-base-target-base-path=/srv/Documents.copy --repeat-copy-base-target-dataset-type=FILE push NORMAL true REPEAT_COPY',
    );
    expect(policy).to.have.nested.property(
      'repeat_copy_policy.dataset_copy_policy_base.target_account_id',
      'second',
    );
  });

  it('creates a COPY policy, a list of subpaths repeated and not split', async () => {
    const policy = await policyOf(
      'policies create RestoreFromECS --priority=NORMAL --enabled=true --policy-type=COPY --copy-dataset-id=6 --copy-source-base-path=portableOneFS --copy-source-subpaths=file_with_acl --copy-source-subpaths=a,b --copy-create-dataset-on-target=false --copy-base-source-account-id=cloud --copy-base-target-account-id=local --copy-base-target-base-path=/root/restore --copy-base-target-dataset-type=FILE',
    );
    expect(policy).to.deep.include({
      copy_policy: {
        dataset_id: 6,
        source_base_path: 'portableOneFS',
        source_subpaths: ['file_with_acl', 'a,b'],
        create_dataset_on_target: false,
        existing: 'fail',
        in_place: false,
        no_metadata: false,
        source_as_of: '',
        dataset_copy_policy_base: {
          ...COPY_BASE,
          source_account_id: 'cloud',
          target_base_path: '/root/restore',
          copy_retention: {
            dataset_reserve: 0,
            dataset_expiry_action: 'DELETE',
          },
        },
      },
    });
  });

  it('takes a schedule and a parent, by id or by name', async () => {
    const policy = await policyOf(
      'policies create x LOW true CREATION --creation-base-path=/x --parent-exec-policy-id=1 --start-time="2022-10-12 12:00:00" --recurrence="0 * * * *" --recurrence "0,30 0 12 * * MON 2030" --date-times="2030-01-01 10:00:00" --time-zone=Europe/Berlin',
    );
    expect(policy).to.deep.include({
      parent_exec_policy_id: 1,
      schedule: {
        start_time: '2022-10-12 12:00:00',
        recurrence: ['0 * * * *', '0,30 0 12 * * MON 2030'],
        date_times: ['2030-01-01 10:00:00'],
        time_zone: 'Europe/Berlin',
      },
    });
    const line = 'policies modify x --parent-exec-policy-id=mk --recurrence=';
    const { calls } = await runLine(words(line), { modifyPolicy: aPolicy, getPolicy: aPolicy });
    expect(calls[1]?.request).to.deep.include({
      policy: { parent_exec_policy_id: 1, schedule: { recurrence: [''] } },
      update_mask: ['schedule.recurrence', 'parent_exec_policy_id'],
    });
  });

  it('keeps a COPY as a dataset at the target unless told', async () => {
    const policy = await policyOf(
      'policies create one --policy-type=COPY --copy-dataset-id=6 --copy-base-target-base-path=/x',
    );
    expect(policy).to.have.nested.property('copy_policy.create_dataset_on_target', true);
  });

  for (const line of [
    'policies modify --run-now=true 1',
    'policies modify 1 --run-now=true',
    'policies modify --run-now true 1',
    'policies modify --run-now 1',
  ]) {
    it(`runs policy 1: ${line}`, async () => {
      const { calls, code } = await runLine(words(line), { modifyPolicy: aPolicy });
      expect(code).to.equal(0);
      const request = { ref: '1', policy: {}, update_mask: [], run_now: true };
      expect(calls).to.deep.equal([{ method: 'modifyPolicy', request }]);
    });
  }

  it('names the changed fields of a policy in the mask', async () => {
    const line =
      'policies modify nightly --enabled false --creation-dataset-reserve 3 --max-delete=5%';
    const { calls } = await runLine(words(line), { modifyPolicy: aPolicy });
    const request = {
      ref: 'nightly',
      policy: {
        enabled: false,
        max_delete: '5%',
        creation_policy: { retention: { dataset_reserve: 3 } },
      },
      update_mask: ['enabled', 'max_delete', 'creation_policy.retention.dataset_reserve'],
      run_now: false,
    };
    expect(calls[0]?.request).to.deep.equal(request);
    expect(overTheWire('modifyPolicy', request)).to.have.nested.property(
      'policy.creation_policy.retention.dataset_reserve',
      3,
    );
  });
});

async function aPolicy() {
  return {
    id: 1,
    name: 'nightly',
    priority: 'NORMAL',
    enabled: true,
    policy_type: 'CREATION',
    briefcase: '',
    partial: '',
    max_delete: '',
    creation_policy: null,
    copy_policy: null,
    repeat_copy_policy: null,
    expiration_policy: null,
    disabled_by_dm: false,
    last_job_id: 0,
    last_run_at: '',
    spent: false,
    schedule: null,
    parent_exec_policy_id: 0,
    base_policy_id: 0,
    value_sources: [],
    next_run_at: '',
    waits_for: '',
    rpo_exceeded: false,
  };
}
