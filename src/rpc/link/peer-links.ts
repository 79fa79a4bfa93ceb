import { type ActiveCompression, PeerLink, type SendingStream } from './peer-link.js';

/** The ways to all peers of an agent, each known by its peer's key whoever dialled. */
export class PeerLinks {
  readonly #links = new Map<string, PeerLink>();
  readonly #onChange: (peer: string, compressed: boolean) => void;

  /**
   * `onChange` is told when `auto` begins to compress what goes to a peer, and when it ends that.
   */
  constructor(onChange: (peer: string, compressed: boolean) => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** A stream to the peer; to be disposed of when it ends. */
  open(peer: string, mode: ActiveCompression): SendingStream {
    let link = this.#links.get(peer);
    if (link === undefined) {
      link = new PeerLink({ onChange: (compressed) => this.#onChange(peer, compressed) });
      this.#links.set(peer, link);
    }
    const used = link;
    return used.open(mode, () => {
      // What was learned is kept where it says more than nothing does.
      if (!used.isUsed && !used.isCompressed) this.#links.delete(peer);
    });
  }
}
