import { WINDOW_BYTES } from './windows.js';

/** Of all connections that carry calls together: two have the full window. */
const SHARED_BYTES = 2 * WINDOW_BYTES;
/** At 10 ms each way this carries 50 MB/s. */
const LEAST_BYTES = 1_048_576;

/**
 * The window of one connection, so that what may be in flight on all that carry calls stays within bounds. It halves as soon
 * as there are too many, and doubles when there are half as many as it would then be for: calls that come and go around the
 * border do not change it.
 */
export class WindowShare {
  readonly #onChange: () => void;
  readonly #calls = new Map<object, number>();
  #window = WINDOW_BYTES;

  constructor(modules: { readonly onChange: () => void }) {
    this.#onChange = modules.onChange;
  }

  get window(): number {
    return this.#window;
  }

  /** A call on a connection has begun. */
  begin(connection: object): void {
    this.#calls.set(connection, (this.#calls.get(connection) ?? 0) + 1);
    this.#follow();
  }

  end(connection: object): void {
    const left = (this.#calls.get(connection) ?? 1) - 1;
    if (left > 0) this.#calls.set(connection, left);
    else this.#calls.delete(connection);
    this.#follow();
  }

  #follow(): void {
    const before = this.#window;
    const { size } = this.#calls;
    while (this.#window > LEAST_BYTES && size * this.#window > SHARED_BYTES) this.#window /= 2;
    while (this.#window < WINDOW_BYTES && 4 * size * this.#window <= SHARED_BYTES) {
      this.#window *= 2;
    }
    if (this.#window !== before) this.#onChange();
  }
}
