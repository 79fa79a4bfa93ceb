/**
 * Sends things that are nearly right, each over a connection of its own or over
 * one that lasts until the agent ends it.
 */
export interface Fuzzer extends Disposable {
  /**
   * Sends one and resolves with what became of it when the agent has answered it or hung up;
   * rejects when it does neither in time. Null: nothing changed was sent.
   */
  send(): Promise<string | null>;
}

/** What an agent gets to answer. */
export const PATIENCE_MS = 20_000;

/** Rejects when the answer does not come in time. */
export async function inTime<T>(what: string, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: no answer after ${PATIENCE_MS} ms`)),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
