import { DmError } from '../../model/error.js';
import { escapePath } from '../../util/escape.js';
import type { ControlClient } from '../control-client.js';
import type { BrowseEntry, BrowseRequest, EntryStat } from '../control-messages.js';
import { escapeControl, escapeText } from '../format/text.js';

const SLASH = 0x2f;

/** Components of a path below the base path of a dataset. */
export type Components = readonly Buffer[];

/** What browsing asks of an agent. */
export type BrowseClient = Pick<
  ControlClient,
  | 'listAccounts'
  | 'getAccount'
  | 'listDatasets'
  | 'getDataset'
  | 'browse'
  | 'statEntry'
  | 'readFile'
> &
  // Only an agent restores.
  Partial<RestoreClient>;

/** What restoring asks of an agent. */
export type RestoreClient = Pick<
  ControlClient,
  'createPolicy' | 'runPolicy' | 'watchJob' | 'deletePolicy'
>;

interface ConnectedDataset {
  readonly number: string;
  readonly base: string;
  /** What it lacks of the source's entries; null when it has all of them as they were. */
  readonly lacks: { readonly exceptions: number } | null;
}

/** Where a browse shell stands: account, dataset, directory. */
export class BrowseSession {
  ended = false;
  private account: { id: string; name: string } | null = null;
  private dataset: ConnectedDataset | null = null;
  private cwd: Components = [];

  constructor(readonly client: BrowseClient) {}

  get prompt(): string {
    const account = this.account === null ? '<no account>' : escapeText(this.account.name);
    const dataset =
      this.dataset === null ? '<no dataset>' : `${this.dataset.number} <${this.where()}>`;
    return `${account}:${dataset} $ `;
  }

  /** `base:directory/` of the connected dataset. */
  where(): string {
    const { base } = this.connectedDataset();
    return `${escapeControl(base)}:${this.cwd.map((name) => `${escapePath(name)}/`).join('')}`;
  }

  async connectAccount(ref: string): Promise<void> {
    const { id, name } = await this.client.getAccount({ ref });
    this.account = { id, name };
    this.dataset = null;
    this.cwd = [];
  }

  async connectDataset(ref: string): Promise<void> {
    const view = await this.client.getDataset({ account: this.accountId(), dataset: ref });
    const { id, dataset_base_path: base, dataset_state, exceptions } = view;
    const isPartial = exceptions > 0 || dataset_state === 'COMPLETE_PARTIAL';
    this.dataset = { number: String(id), base, lacks: isPartial ? { exceptions } : null };
    this.cwd = [];
  }

  accountId(): string {
    if (this.account === null) {
      throw new DmError('usage', 'no account is connected; use connect-account');
    }
    return this.account.id;
  }

  /** Last component of the dataset's base path: the name of its root. */
  rootName(): Buffer {
    const parts = this.connectedDataset().base.split('/');
    return Buffer.from(parts.findLast((part) => part !== '') ?? 'dataset');
  }

  /**
   * Components of a path given by the user: from the root with a slash in front, else from here.
   */
  resolve(path: Uint8Array): Components {
    const components: Buffer[] = path[0] === SLASH ? [] : [...this.cwd];
    for (const part of splitPath(path)) {
      if (part.equals(Buffer.from('..'))) components.pop();
      else if (!part.equals(Buffer.from('.'))) components.push(part);
    }
    return components;
  }

  async changeDirectory(path: Uint8Array): Promise<void> {
    const components = this.resolve(path);
    const { type } = await this.entry(components);
    if (type !== 'dir') {
      throw new DmError(
        'usage',
        `${shown(components)} is no directory but a ${type}; name another`,
      );
    }
    this.cwd = components;
  }

  request(components: Components): { account: string; dataset: string; path: Buffer } {
    return {
      account: this.accountId(),
      dataset: this.connectedDataset().number,
      path: joinPath(components),
    } satisfies BrowseRequest;
  }

  stat(components: Components): Promise<EntryStat> {
    return this.client.statEntry(this.request(components));
  }

  async entry(components: Components): Promise<BrowseEntry> {
    const { entry } = await this.stat(components);
    if (entry === null) throw new DmError('not_found', `${shown(components)} does not exist`);
    return entry;
  }

  /** The entries of a directory in name order; nothing for other types. Names are checked. */
  async *entries(components: Components, signal: AbortSignal): AsyncGenerator<BrowseEntry> {
    for await (const entry of this.client.browse(this.request(components), signal)) {
      signal.throwIfAborted();
      if (entry.is_self) continue;
      checkName(entry.name, components);
      yield entry;
    }
  }

  connectedDataset(): ConnectedDataset {
    if (this.dataset === null) {
      throw new DmError('usage', 'no dataset is connected; use connect-dataset');
    }
    return this.dataset;
  }
}

/** A path of the dataset as it is printed. */
export function shown(components: Components): string {
  return components.length === 0 ? 'the root' : escapePath(joinPath(components));
}

export function joinPath(components: Components): Buffer {
  const parts = components.flatMap((part, at) => (at === 0 ? [part] : [Buffer.of(SLASH), part]));
  return Buffer.concat(parts);
}

function splitPath(path: Uint8Array): Buffer[] {
  const parts: Buffer[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== SLASH) continue;
    if (at > start) parts.push(Buffer.from(path.subarray(start, at)));
    start = at + 1;
  }
  return parts;
}

/** A name decides where a download writes, and it comes from somebody else. */
function checkName(name: Buffer, directory: Components): void {
  const text = name.toString('latin1');
  if (text === '' || text === '.' || text === '..' || /[/\0]/.test(text)) {
    throw new DmError(
      'protocol_error',
      `${shown(directory)} has an entry named "${escapePath(name)}", which is no file name; the place that holds the dataset is not to be trusted`,
    );
  }
}
