interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Counts messages in flight: `take` waits while the window is full, `give` frees a place. */
export class Credit {
  readonly #waiting: Waiter[] = [];
  #left: number;
  #failure: { readonly error: unknown } | null = null;

  constructor(window: number) {
    this.#left = window;
  }

  /** Places are given in the order of asking. Fails with the error given to `fail`, also when that came first. */
  async take(): Promise<void> {
    if (this.#failure !== null) throw this.#failure.error;
    if (this.#left > 0) {
      this.#left--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
    });
  }

  give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#left++;
    else next.resolve();
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const waiter of this.#waiting.splice(0)) waiter.reject(error);
  }
}
