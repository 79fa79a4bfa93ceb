import type { TicketUse } from '../../endpoint/copy-task.js';
import type { DatasetFilter } from '../../endpoint/source.js';
import type { Offer, ReceiveSession, Target, TargetState } from '../../endpoint/target.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { escapePath } from '../../util/escape.js';
import { ticketUseBytes } from '../codec/ticket-codec.js';
import { beyondTicket } from './ticketed-source.js';

type WriteUse = Extract<TicketUse, { direction: 'write' }>;

/** A target as a ticket shows it: it takes one offer. */
export class TicketedTarget implements Target {
  readonly #use: WriteUse;
  readonly #target: Target;

  /** `target` stays the caller's to dispose of. */
  constructor(use: WriteUse, modules: { target: Target }) {
    this.#use = use;
    this.#target = modules.target;
  }

  listDatasets(_filter: DatasetFilter, _signal: AbortSignal): AsyncIterable<DatasetInfo> {
    throw beyondTicket('datasets are not listed with it');
  }

  async inspect(_path: Uint8Array, _signal: AbortSignal): Promise<TargetState> {
    throw beyondTicket('targets are not looked at with it');
  }

  async begin(offer: Offer, signal: AbortSignal): Promise<ReceiveSession> {
    const wanted = ticketUseBytes({ direction: 'write', offer });
    if (!wanted.equals(ticketUseBytes(this.#use))) {
      const { dataset, targetPath } = this.#use.offer;
      throw beyondTicket(
        `it is for dataset ${dataset.id} at ${escapePath(targetPath)}, as it was offered`,
      );
    }
    return this.#target.begin(this.#use.offer, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
