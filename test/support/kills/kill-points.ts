import { type KillPoint, pointsOf } from './kill-point.js';

const capture = pointsOf('capture', 'sender');
const sending = pointsOf('push', 'sender');
const receiving = pointsOf('push', 'receiver');
const backup = pointsOf('backup', 'sender');
const expiry = pointsOf('expiry', 'sender');
const peerExpiry = pointsOf('peer expiry', 'receiver');
const storeExpiry = pointsOf('store expiry', 'sender');
const prune = pointsOf('prune', 'sender');

const TREE = /\/trees\/[0-9a-f]{16}\/tree\.json$/;
const NEXT_TREE = /\/trees\/[0-9a-f]{16}\/tree-next\.json$/;
const RECORD = /\/trees\/[0-9a-f]{16}\/datasets\/[0-9a-f]{32}\.json$/;
const VERSION = /\/versions\/[0-9a-f]{2}\/[0-9a-f]{16}\.[0-9a-f]{16}$/;
const PAGES = /\/\.datamover\/packs\/pages\//;
const SESSION = /\/\.datamover\/trees\/[0-9a-f]{16}\/staging\/[0-9a-f]{16}\/session\.json$/;
const STAGED = /\/staging\/[0-9a-f]{16}\/stage\//;
const HELD = /\/staging\/[0-9a-f]{16}\/hold\//;
const TARGET = /\/receiver\/copy-\d+$/;
const IN_TARGET = /\/receiver\/copy-\d+\//;
const PROOF = /\.dm-proof-/;
const BACKUP_SESSION = /\/object\/[0-9a-f]+\/session\/session\.json$/;
const OPEN_JOB = /^put job-open\//m;
const ENDED_JOB = /^put job-ended\//m;

const phase = (name: string) => ({ holds: new RegExp(`"phase":"${name}"`) });
const after = { moment: 'after' } as const;
const baseline = { kind: 'baseline' } as const;
const increment = { kind: 'increment' } as const;

/**
 * Every step of every job after which something is there, gone or durable that
 * was not so before, in the order they come.
 */
export const KILL_POINTS: readonly KillPoint[] = [
  capture('the job is noted', 'state', OPEN_JOB, { upTo: 2 }),
  capture('the job is noted, and not answered', 'state', OPEN_JOB, after),
  capture('the dataset gets its id', 'state', /^put request\//m),
  capture('scratch is made', 'mkdir', /\/scratch$/),
  capture('the tree says that a capture has begun', 'rename', TREE, {
    holds: /"capturing":"/,
  }),
  capture('the snapshot is taken', 'snapshot', /\/snapshots$/, { on: ['btrfs'] }),
  capture('the snapshot is there', 'snapshot', /\/snapshots$/, { ...after, on: ['btrfs'] }),
  capture('the file system is synced', 'syncfs', /./, { upTo: 2 }),
  capture('a content gets its name', 'rename', VERSION, { upTo: 9, on: ['xfs', 'ext4'] }),
  capture('catalog pages are synced', 'sync', PAGES),
  capture('the next tree is noted', 'rename', NEXT_TREE),
  capture('the dataset gets its record', 'rename', RECORD),
  capture('the dataset has its record', 'rename', RECORD, after),
  capture('the tree stands at the dataset', 'rename', TREE, { holds: /"capturing":null/ }),
  capture('the next tree is the tree', 'remove', NEXT_TREE, { upTo: 2 }),
  capture('the dataset gets its number', 'state', /^put dataset-number\//m),
  capture('the job ends', 'state', ENDED_JOB),
  capture('the job has ended', 'state', ENDED_JOB, after),

  sending('the job is noted', 'state', OPEN_JOB, { upTo: 3 }),
  sending('the job is noted, and not answered', 'state', OPEN_JOB, after),
  receiving('staging is proved by a link', 'link', PROOF, baseline),
  receiving('staging is proved by a rename', 'rename', PROOF, { ...baseline, upTo: 2 }),
  receiving('the proof is taken away', 'remove', PROOF, { ...baseline, upTo: 4 }),
  receiving('the tree gets its directory', 'mkdir', /\/trees\/[0-9a-f]{16}$/, baseline),
  receiving('the tree gets its parts', 'mkdir', /\/trees\/[0-9a-f]{16}\/(datasets|staging)$/, {
    ...baseline,
    upTo: 2,
  }),
  receiving('the tree gets its record', 'rename', TREE),
  receiving('staging is made', 'mkdir', /\/staging\/[0-9a-f]{16}\/(stage|hold|spill)$/, {
    upTo: 3,
  }),
  receiving('the session begins', 'rename', SESSION, phase('structure')),
  receiving('pages of the structure are synced', 'sync', PAGES),
  receiving('the structure has come', 'rename', SESSION, phase('content')),
  receiving('a directory is staged', 'mkdir', STAGED, { ...baseline, upTo: 9 }),
  receiving('a basis is taken', 'clone', STAGED, increment),
  receiving('content is staged', 'write', STAGED, { upTo: 40 }),
  receiving('a lane notes what it has', 'write', /\/staging\/[0-9a-f]{16}\/lane-\d\.log$/, {
    upTo: 9,
  }),
  receiving('a staged content becomes a version', 'rename', VERSION, {
    upTo: 9,
    on: ['xfs', 'btrfs'],
  }),
  sending('leaf digests are added to the record', 'rename', RECORD, { on: ['xfs', 'btrfs'] }),
  receiving('an entry gets its owner', 'owner', /./, { upTo: 9 }),
  receiving('an entry gets its times', 'times', /./, { upTo: 9 }),
  receiving('what was staged is synced', 'syncfs', /./, { upTo: 3 }),
  receiving('the tree says that a flip has begun', 'rename', TREE, { holds: /"flip":\{/ }),
  receiving('the flip begins', 'rename', SESSION, phase('preserve')),
  receiving('an old content is kept', 'link', VERSION, { upTo: 3, on: ['ext4'], ...increment }),
  receiving('old contents are kept', 'rename', SESSION, phase('detach')),
  receiving('a name is taken out', 'rename', HELD, { ...increment, upTo: 2 }),
  receiving('what goes is taken out', 'rename', SESSION, phase('place')),
  receiving('a name is put in place', 'rename', IN_TARGET, { ...increment, upTo: 9 }),
  receiving('all names are in place', 'rename', SESSION, phase('settle')),
  receiving('metadata is set', 'rename', SESSION, phase('publish')),
  receiving('the first copy is put in place', 'rename', TARGET, baseline),
  receiving('the first copy is in place', 'rename', TARGET, { ...baseline, ...after }),
  receiving('the tree is done', 'rename', SESSION, phase('record')),
  receiving('the next tree is noted', 'rename', NEXT_TREE),
  receiving('the dataset gets its record', 'rename', RECORD),
  receiving('the dataset has its record', 'rename', RECORD, after),
  receiving('the next tree is the tree', 'remove', NEXT_TREE, { upTo: 3 }),
  receiving('staging is taken away', 'remove', /\/staging\/[0-9a-f]{16}$/),
  receiving('the dataset gets its number', 'state', /^put dataset-number\//m),
  receiving('the base of the next copy is locked', 'state', /^put peer-lock\//m),
  sending('the base of the next copy is noted', 'state', /^put policy-base\//m),
  sending('the job ends', 'state', ENDED_JOB),
  sending('the job has ended', 'state', ENDED_JOB, after),

  backup('the job is noted', 'state', OPEN_JOB, { upTo: 2 }),
  backup('a repository is made', 'link', /\/store\/.*\/format\.json$/, baseline),
  backup('the session begins', 'rename', BACKUP_SESSION, phase('structure')),
  backup('the structure has come', 'rename', BACKUP_SESSION, phase('content')),
  backup('a data pack is put', 'rename', /\/store\/.*\/packs\/data\//),
  backup('a data pack is there', 'rename', /\/store\/.*\/packs\/data\//, after),
  backup('a put pack is noted', 'write', /\/session\/uploaded$/),
  backup('a page pack is put', 'rename', /\/store\/.*\/packs\/pages\//),
  backup('an index run is put', 'rename', /\/store\/.*\/index\//),
  backup('the index run is kept', 'rename', /\/object\/[0-9a-f]+\/index\//),
  backup('the dataset gets its number', 'link', /\/store\/numbers\//),
  backup('the session names the record', 'rename', BACKUP_SESSION, {
    holds: /"published":\{/,
  }),
  backup('the record is put', 'link', /\/store\/.*\/datasets\//),
  backup('the record is there', 'link', /\/store\/.*\/datasets\//, after),
  backup('the session is taken away', 'remove', /\/object\/[0-9a-f]+\/session$/, { upTo: 2 }),
  backup('the job ends', 'state', ENDED_JOB),

  expiry('the job is noted', 'state', OPEN_JOB, { upTo: 2 }),
  expiry('a bookmark is left', 'rename', /\/bookmarks\/[0-9a-f]{32}\.json$/),
  expiry('a record is taken away', 'rename', /\/deleting\/[0-9a-f]{32}\.json$/),
  expiry('a record is gone', 'rename', /\/deleting\/[0-9a-f]{32}\.json$/, after),
  expiry('a content is removed', 'remove', VERSION, { upTo: 3, on: ['xfs', 'ext4'] }),
  expiry('a snapshot is removed', 'unsnapshot', /\/snapshots$/, { on: ['btrfs'] }),
  expiry('a deletion is done', 'remove', /\/deleting\/[0-9a-f]{32}\.json$/),
  expiry('catalog pages are freed in place', 'punch', PAGES),
  expiry('the job ends', 'state', ENDED_JOB),
  peerExpiry('a bookmark is left', 'rename', /\/bookmarks\/[0-9a-f]{32}\.json$/),
  peerExpiry('a record is taken away', 'rename', /\/deleting\/[0-9a-f]{32}\.json$/),
  peerExpiry('a content is removed', 'remove', VERSION, { upTo: 3 }),
  peerExpiry('a deletion is done', 'remove', /\/deleting\/[0-9a-f]{32}\.json$/),
  peerExpiry('catalog pages are removed', 'remove', PAGES),

  storeExpiry('a record is removed', 'remove', /\/store\/.*\/datasets\//),
  storeExpiry('a record is gone', 'remove', /\/store\/.*\/datasets\//, after),

  prune('a pack is packed anew', 'rename', /\/store\/.*\/packs\/pages\//),
  prune('a record is put anew', 'rename', /\/store\/.*\/datasets\//),
  prune('an index of what moved is put', 'rename', /\/store\/.*\/index\//),
  prune('the list of packs that go is put', 'link', /\/store\/.*\/doomed\//),
  prune('the list of packs that go is there', 'link', /\/store\/.*\/doomed\//, after),
  prune('a data pack is removed', 'remove', /\/store\/.*\/packs\/data\//),
  prune('a page pack is removed', 'remove', /\/store\/.*\/packs\/pages\//),
  prune('the list is done', 'rename', /\/store\/.*\/doomed\//),
];
