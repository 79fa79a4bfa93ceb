import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  createSnapshot,
  createSubvolume,
  deleteSubvolume,
  isSubvolumeRoot,
  openSubvolumeRoot,
  subvolumePlace,
} from '../../../../../src/endpoint/local/sys/btrfs.js';
import {
  close,
  O_DIRECTORY,
  openAt,
  openBeneath,
  openRoot,
} from '../../../../../src/endpoint/local/sys/open.js';
import { statFd } from '../../../../../src/endpoint/local/sys/stat.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { bytes, errnoOf, withTempDirectory } from './temp-directory.js';

describe('btrfs subvolumes', () => {
  const filesystem = withFilesystem('btrfs', 128);
  let top = -1;
  let volume = -1;
  const path = (name: string): string => `${filesystem().path}/${name}`;
  beforeEach(() => {
    top = openRoot(bytes(filesystem().path));
    createSubvolume(top, bytes('volume'));
    volume = openAt(top, bytes('volume'), O_DIRECTORY);
    mkdirSync(path('volume/a/b'), { recursive: true });
    writeFileSync(path('volume/a/f'), 'before');
  });
  afterEach(() => {
    close(volume);
    deleteSubvolume(top, bytes('volume'));
    close(top);
  });

  it('are known by their roots', () => {
    expect(isSubvolumeRoot(top)).to.equal(true);
    expect(isSubvolumeRoot(volume)).to.equal(true);
    const inside = openAt(volume, bytes('a'), O_DIRECTORY);
    expect(isSubvolumeRoot(inside)).to.equal(false);
    close(inside);
  });

  it('are found from within, with the place in them', () => {
    const inside = openBeneath(volume, bytes('a/b'), O_DIRECTORY);
    const root = openSubvolumeRoot(inside) ?? -1;
    expect(statFd(root)).to.deep.include({ ino: 256n, dev: statFd(volume).dev });
    expect(subvolumePlace(inside).path.toString()).to.equal('a/b');
    expect(subvolumePlace(volume).path.toString()).to.equal('');
    expect(subvolumePlace(inside).subvolumeId).to.equal(subvolumePlace(volume).subvolumeId);
    expect(subvolumePlace(volume).subvolumeId).to.not.equal(subvolumePlace(top).subvolumeId);
    close(root);
    close(inside);
  });

  it('are frozen by a snapshot, which goes away again', () => {
    createSnapshot(volume, top, bytes('snapshot'));
    writeFileSync(path('volume/a/f'), 'after');
    expect(readFileSync(path('snapshot/a/f'), 'utf8')).to.equal('before');
    expect(() => writeFileSync(path('snapshot/a/f'), 'x'))
      .to.throw()
      .with.property('code', 'EROFS');
    expect(errnoOf(() => createSnapshot(volume, top, bytes('volume')))).to.equal('EEXIST');
    deleteSubvolume(top, bytes('snapshot'));
    expect(errnoOf(() => openAt(top, bytes('snapshot'), O_DIRECTORY))).to.equal('ENOENT');
  });

  it('only whole subvolumes can be frozen or deleted', () => {
    const inside = openAt(volume, bytes('a'), O_DIRECTORY);
    expect(errnoOf(() => createSnapshot(inside, top, bytes('s')))).to.equal('EINVAL');
    expect(errnoOf(() => deleteSubvolume(inside, bytes('b')))).to.equal('EINVAL');
    expect(errnoOf(() => createSubvolume(inside, bytes('../x')))).to.equal('protocol_error');
    close(inside);
  });
});

describe('a directory elsewhere', () => {
  const filesystem = withFilesystem('ext4', 32);
  const temp = withTempDirectory(() => filesystem().path);

  it('is in no subvolume', () => {
    expect(isSubvolumeRoot(temp().fd)).to.equal(false);
    expect(openSubvolumeRoot(temp().fd)).to.equal(null);
    expect(errnoOf(() => createSubvolume(temp().fd, bytes('x')))).to.equal('ENOTTY');
  });
});
