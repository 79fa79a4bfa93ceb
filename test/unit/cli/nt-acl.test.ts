import { expect } from 'chai';
import { decodeNtAcl } from '../../../src/cli/browse/nt-acl.js';
import { runLine } from './cli-fixture.js';
import { dir, file, memoryDataset } from './memory-dataset.js';

/* Values built field by field from the published layouts, MS-DTYP 2.4 and Samba's xattr.idl. */

const u16 = (value: number) => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const sid = (authority: number, ...parts: number[]) =>
  Buffer.concat([Buffer.from([1, parts.length, 0, 0, 0, 0, 0, authority]), ...parts.map(u32)]);
const ace = (type: number, flags: number, mask: number, trustee: Buffer) =>
  Buffer.concat([Buffer.from([type, flags]), u16(8 + trustee.length), u32(mask), trustee]);
const acl = (...aces: Buffer[]) => {
  const body = Buffer.concat(aces);
  return Buffer.concat([Buffer.from([2, 0]), u16(8 + body.length), u16(aces.length), u16(0), body]);
};

const OWNER = sid(5, 21, 3_623_811_015, 3_361_044_348, 30_300_820, 1_013);
const GROUP = sid(5, 32, 544);
const DACL = acl(
  ace(1, 0x03, 0x00010000, sid(1, 0)),
  ace(0, 0x13, 0x001f01ff, OWNER),
  ace(0, 0x00, 0x001200a9, sid(22, 2, 100)),
);
const SACL = acl(ace(2, 0xc0, 0x00000002, sid(1, 0)));
const DESCRIPTOR = Buffer.concat([
  Buffer.from([1, 0]),
  u16(0x8014),
  u32(20),
  u32(20 + OWNER.length),
  u32(20 + OWNER.length + GROUP.length),
  u32(20 + OWNER.length + GROUP.length + SACL.length),
  OWNER,
  GROUP,
  SACL,
  DACL,
]);
const HASH = Buffer.alloc(64, 0xab);
const pointer = (at: number) => u32(0x00020000 + at * 4);
const ntacl = (version: number) => {
  const union = [u16(version), u16(version), pointer(0)];
  switch (version) {
    case 1:
      return Buffer.concat([...union, DESCRIPTOR]);
    case 2:
      return Buffer.concat([...union, pointer(1), HASH.subarray(0, 16), DESCRIPTOR]);
    case 3:
      return Buffer.concat([...union, pointer(1), u16(1), HASH, u16(0), DESCRIPTOR]);
    default:
      // 78 bytes, then "posix_acl" with its zero: 88, a multiple of 4.
      return Buffer.concat([
        ...[...union, pointer(1), u16(1), HASH, Buffer.from('posix_acl\0')],
        ...[Buffer.alloc(8, 0x11), HASH, DESCRIPTOR],
      ]);
  }
};

describe('Windows security descriptors', () => {
  for (const version of [1, 2, 3, 4]) {
    it(`are read from security.NTACL, version ${version}`, () => {
      const descriptor = decodeNtAcl('security.NTACL', ntacl(version));
      expect(descriptor).to.deep.equal({
        control: 'dacl_present|sacl_present|self_relative',
        owner: 'SID:S-1-5-21-3623811015-3361044348-30300820-1013',
        group: 'SID:S-1-5-32-544 (Administrators)',
        dacl: [
          {
            type: 'deny',
            flags: 'object_inherit|container_inherit',
            rights: 'std_delete',
            trustee: 'SID:S-1-1-0 (Everyone)',
          },
          {
            type: 'allow',
            flags: 'object_inherit|container_inherit|inherited',
            rights: 'full_control',
            trustee: 'SID:S-1-5-21-3623811015-3361044348-30300820-1013',
          },
          {
            type: 'allow',
            flags: 'none',
            rights:
              'file_read|file_read_ext_attr|execute|file_read_attr|std_read_dac|std_synchronize',
            trustee: 'SID:S-1-22-2-100',
          },
        ],
        sacl: [
          {
            type: 'audit',
            flags: 'audit_success|audit_failure',
            rights: 'file_write',
            trustee: 'SID:S-1-1-0 (Everyone)',
          },
        ],
      });
    });
  }

  it('are read from where the CIFS client shows them', () => {
    expect(decodeNtAcl('system.cifs_acl', DESCRIPTOR)?.dacl).to.have.length(3);
    expect(decodeNtAcl('user.other', DESCRIPTOR)).to.equal(null);
  });

  it('are left as they are when they are none, wherever they break off', () => {
    const whole = ntacl(4);
    for (let length = 0; length < whole.length; length++) {
      const found = decodeNtAcl('security.NTACL', whole.subarray(0, length));
      expect(found, String(length)).to.equal(null);
    }
    const other = Buffer.from(whole);
    other.writeUInt16LE(9, 0);
    expect(decodeNtAcl('security.NTACL', other)).to.equal(null);
  });

  it('are printed by stat, and not as attributes once more', async () => {
    const xattrs = [{ name: Buffer.from('security.NTACL'), value: ntacl(4) }];
    const root = dir({ guarded: file('x', { stat: { xattrs } }) });
    const words = 'connect-account backup2cloud; connect-dataset 2; stat guarded';
    const { stdout, stderr } = await runLine(['browse', '-c', words], memoryDataset(root));
    expect(stderr).to.equal('');
    expect(stdout).to.contain('sd_info = nt acl');
    expect(stdout).to.contain(
      '{ ace_type=deny ace_flags=object_inherit|container_inherit ace_rights=std_delete ace_trustee=SID:S-1-1-0 (Everyone) }',
    );
    expect(stdout).to.match(/dacl=\{\n +ace_count = 3/);
    expect(stdout).to.match(/sacl=\{\n +ace_count = 1/);
    expect(stdout).to.contain('sysattr_num = 0');
  });
});
