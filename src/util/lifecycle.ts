/**
 * What has been started, in order; stopped in reverse order, each part
 * once, whatever the others throw.
 */
export class Lifecycle implements AsyncDisposable {
  readonly #parts: { readonly name: string; readonly part: AsyncDisposable | Disposable }[] = [];

  /** Adds a started part and returns it. */
  add<T extends AsyncDisposable | Disposable>(name: string, part: T): T {
    this.#parts.push({ name, part });
    return part;
  }

  /** Stops everything; throws an AggregateError naming the parts that failed to stop. */
  async [Symbol.asyncDispose](): Promise<void> {
    const errors: Error[] = [];
    for (const { name, part } of this.#parts.splice(0).reverse()) {
      try {
        if (Symbol.asyncDispose in part) await part[Symbol.asyncDispose]();
        else part[Symbol.dispose]();
      } catch (cause) {
        errors.push(new Error(`${name} did not stop cleanly`, { cause }));
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'the agent did not stop cleanly');
  }
}
