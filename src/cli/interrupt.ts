/** Ctrl-C of this process as a signal, until it is disposed of. */
export class Interrupt implements Disposable {
  private readonly controller = new AbortController();
  // Once: a second Ctrl-C ends the process as usual.
  private readonly abort = () => this.controller.abort();

  constructor() {
    process.once('SIGINT', this.abort);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  [Symbol.dispose](): void {
    process.removeListener('SIGINT', this.abort);
  }
}
