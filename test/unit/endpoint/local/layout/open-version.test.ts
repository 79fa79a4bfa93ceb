import { closeSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Catalog } from '../../../../../src/catalog/catalog.js';
import { PageReader } from '../../../../../src/catalog/page-reader.js';
import { openBase } from '../../../../../src/endpoint/local/capture/open-base.js';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import { VersionOpener } from '../../../../../src/endpoint/local/layout/open-version.js';
import { PagePacks } from '../../../../../src/repository/page-packs.js';
import { capture, makeRoot } from '../capture/capture-helpers.js';

describe('opening the content of a dataset', () => {
  it('finds a live file that is moved into the store between two looks', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'dm-open-'));
    try {
      const place = makeRoot(parent);
      const live = join(place.base, 'f');
      writeFileSync(live, 'first');
      const { record } = await capture(place, { provider: 'none' });
      using root = DataRoot.open(Buffer.from(place.root));
      const found = root.trees()[0];
      if (found === undefined) throw new Error('no tree');
      await using packs = await PagePacks.open({ directory: root.pagesPath });
      const pages = new PageReader({}, { source: packs });
      const entry = await new Catalog(record.maps, { pages }).resolvePath([Buffer.from('f')]);
      const inode = await new Catalog(record.maps, { pages }).inode(entry?.gfid ?? (1n as never));
      if (entry === null || inode === null) throw new Error('no file');
      const { versions } = found.directory;
      let looks = 0;
      const open: typeof versions.open = (gfid, version) => {
        if (looks++ > 0) return versions.open(gfid, version);
        // As a flip does: the old inode becomes a version, another file takes its name.
        versions.moveIn(live, gfid, version);
        writeFileSync(`${live}.new`, 'second');
        renameSync(`${live}.new`, live);
        return null;
      };
      const directory = Object.create(found.directory, {
        versions: { value: { open, has: versions.has.bind(versions) } },
      });
      const base = openBase(root, found.tree.basePath);
      const opener = new VersionOpener(
        { tree: found.tree, record, liveFd: base.fd, privateFd: root.privateFd },
        { directory, pages },
      );
      const fd = await opener.open(entry.gfid, inode);
      expect(readFileSync(fd, 'utf8')).to.equal('first');
      expect(await opener.unchanged(entry.gfid, inode, fd)).to.equal(true);
      closeSync(fd);
      closeSync(base.fd);
      expect(looks).to.equal(2);
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  });
});
