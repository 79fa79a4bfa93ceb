import type {
  BrowseEntry,
  DatasetView,
  EntryStat,
  FileChunk,
  ReadFileRequest,
} from '../../../src/cli/control-messages.js';
import { DmError } from '../../../src/model/error.js';
import type { FakeMethods } from './cli-fixture.js';

/** An entry of a tree in memory: a directory holds entries by name (latin1), a file its bytes. */
export interface Node {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly data?: string;
  readonly size?: number;
  readonly target?: string;
  readonly stat?: Partial<EntryStat>;
  readonly mtime?: string;
  readonly mode?: number;
}

export const file = (data: string, more: Partial<Node> = {}): Node => ({
  type: 'file',
  data,
  ...more,
});
export const dir = (entries: Readonly<Record<string, Node>>, more: Partial<Node> = {}): Node => ({
  type: 'dir',
  entries,
  ...more,
});
export const GUID = '000C292EAE00437A3568322110D2EB982880';

/** Control methods that serve one tree as dataset 2 of the account "backup2cloud". */
export function memoryDataset(
  root: Node,
  baseName = 'portableOneFS',
  more: Partial<DatasetView> = {},
): FakeMethods {
  const account = {
    id: `0000000000000001${'0'.repeat(32)}`,
    name: 'backup2cloud',
    account_type: 'DM',
    uri: '',
    auth_mode: '',
    ca_certificate_id: '',
    client_certificate_id: '',
    peer_fingerprint: '',
    pinned_at: '',
    briefcase: '',
    max_tasks: 0,
    compression: '',
    object: null,
  };
  const local = {
    ...account,
    id: `${GUID.toLowerCase()}${'0'.repeat(12)}`,
    name: 'DM Local Account',
  };
  const dataset = (id: number): DatasetView => {
    const view: Partial<DatasetView> = {
      id,
      dataset_base_path: baseName,
      dataset_creation_time: '2025-05-29T08:40:13Z',
      dataset_state: 'COMPLETE',
      exceptions: 0,
      ...more,
    };
    return view as DatasetView;
  };
  return {
    listAccounts: async () => ({ accounts: [local, account] }),
    getAccount: async ({ ref }) => {
      if (ref === account.id || ref === account.name) return account;
      throw new DmError('not_found', `account "${ref}" does not exist; see "dm accounts list"`);
    },
    listDatasets: async function* () {
      yield dataset(1);
      yield dataset(2);
    },
    getDataset: async () => dataset(2),
    statEntry: async ({ path }) => {
      const node = lookup(root, path);
      return {
        entry: entryOf(Buffer.from(''), node),
        rdev_major: 0,
        rdev_minor: 0,
        atime_ns: '1',
        ctime_ns: '2',
        btime_ns: '3',
        flags: 0x10,
        xattrs: [],
        parents: [],
        content_version: '',
        exception_code: '',
        exception_message: '',
        ...node.stat,
      };
    },
    browse: async function* ({ path }) {
      const node = lookup(root, path);
      yield { ...entryOf(Buffer.from(''), node), is_self: true };
      for (const name of Object.keys(node.entries ?? {}).sort()) {
        const child = node.entries?.[name];
        if (child !== undefined) yield entryOf(Buffer.from(name, 'latin1'), child);
      }
    },
    readFile: (request) => chunksOf(root, request),
  };
}

async function* chunksOf(root: Node, request: ReadFileRequest): AsyncGenerator<FileChunk> {
  const data = Buffer.from(lookup(root, request.path).data ?? '', 'latin1');
  for (let at = 0; at < data.length; at += 3) yield { data: data.subarray(at, at + 3) };
}

function entryOf(name: Buffer, node: Node): BrowseEntry {
  return {
    name,
    gfid: `${GUID}28802`,
    type: node.type,
    mode: node.mode ?? (node.type === 'dir' ? 0o750 : 0o640),
    uid: 0,
    gid: 100,
    size: node.size ?? node.data?.length ?? 0,
    mtime_ns: node.mtime ?? '1000000000000000000',
    symlink_target: Buffer.from(node.target ?? '', 'latin1'),
    nlink: 1,
    content_version: '0'.repeat(16),
    flags: 0,
    xattrs_digest: '',
    is_self: false,
    user_name: 'root',
    group_name: '',
    rdev_major: node.stat?.rdev_major ?? 0,
    rdev_minor: node.stat?.rdev_minor ?? 0,
  };
}

function lookup(root: Node, path: Uint8Array | string | undefined): Node {
  const text = Buffer.from(path as Uint8Array).toString('latin1');
  let node = root;
  for (const name of text.split('/').filter((part) => part !== '')) {
    const next = node.entries?.[name];
    if (next === undefined) throw new DmError('not_found', `"${text}" does not exist; see "ls"`);
    node = next;
  }
  return node;
}
