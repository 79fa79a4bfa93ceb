import { expect } from 'chai';
import { receivedBytes } from '../../../src/assembly/received-bytes.js';
import { DataRoot } from '../../../src/endpoint/local/layout/data-root.js';
import { NO_HISTORY } from '../../../src/endpoint/local/layout/local-tree.js';
import { TempDirectory } from '../../support/temp-directory.js';
import { DATASET } from '../formats/format-values.js';

describe('bytes received from an owner', () => {
  it('are those of its trees, also when the dataset that one stands at was deleted', () => {
    using folder = new TempDirectory();
    using root = DataRoot.open(Buffer.from(folder.path));
    const record = { ...DATASET, bytes: 1_234n };
    const received = { tree: record.tree, role: 'received', released: false } as const;
    const basePath = Buffer.from(`${folder.path}/mine`);
    const { directory } = root.createTree({
      ...{ ...NO_HISTORY, ...received, head: record.id },
      ...{ basePath, owner: 'spki:me' },
    });
    root.createTree({
      ...{ ...NO_HISTORY, ...received, head: record.id },
      ...{ basePath: Buffer.from(`${folder.path}/other`), owner: 'spki:other' },
    });
    directory.writeDataset(record);
    expect(receivedBytes([root], 'spki:me')).to.deep.equal([{ path: basePath, bytes: 1_234n }]);
    directory.writeBookmark(record);
    directory.beginDeleting(record.id);
    expect(receivedBytes([root], 'spki:me')).to.deep.equal([{ path: basePath, bytes: 1_234n }]);
  });
});
