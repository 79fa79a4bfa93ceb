import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { OwnerNames } from '../../../../../src/endpoint/local/sys/owner-names.js';
import { withTempDirectory } from './temp-directory.js';

describe('owner names', () => {
  const temp = withTempDirectory();
  const files = () => ({ passwd: `${temp().path}/passwd`, group: `${temp().path}/group` });

  it('translate both ways, the first line counts, nonsense is passed over', () => {
    writeFileSync(
      files().passwd,
      'root:x:0:0::/:\ntoor:x:0:0::/:\n\n# no\nbad:x:-1:\nnfs:x:65534:1:\n',
    );
    writeFileSync(files().group, 'wheel:x:10:a,b\n');
    const names = new OwnerNames(files());
    expect(names.userName(0)).to.equal('root');
    expect(names.userId('toor')).to.equal(0);
    expect(names.userName(65534)).to.equal('nfs');
    expect(names.userName(7)).to.equal('');
    expect(names.userId('bad')).to.equal(null);
    expect(names.groupName(10)).to.equal('wheel');
    expect(names.groupId('wheel')).to.equal(10);
    expect(names.groupId('root')).to.equal(null);
  });

  it('follow the files when asked to', () => {
    writeFileSync(files().passwd, 'a:x:1:1::/:\n');
    const names = new OwnerNames(files());
    expect(names.groupName(1)).to.equal('');
    writeFileSync(files().passwd, 'longer:x:1:1::/:\n');
    writeFileSync(files().group, 'g:x:1:\n');
    expect(names.userName(1)).to.equal('a');
    names.refresh();
    expect(names.userName(1)).to.equal('longer');
    expect(names.groupName(1)).to.equal('g');
    rmSync(files().passwd);
    names.refresh();
    expect(names.userName(1)).to.equal('');
  });

  it('know root on this host', () => {
    expect(new OwnerNames().userName(0)).to.equal('root');
  });
});
