import type { Queue, QueueAddOptions } from 'p-queue';

export interface JobTurn extends QueueAddOptions {
  /** Higher ones go first. */
  readonly priority: number;
  /** Accounts that the job uses. */
  readonly accounts: readonly string[];
  /** Whether an account takes one more job now. */
  readonly hasRoom: (accountId: string) => boolean;
  /** Who has given up waiting is let through at once. */
  readonly isStopped: () => boolean;
}

type Run = () => Promise<unknown>;

/**
 * The order in which jobs that wait begin, for p-queue: by priority, then as they came, each as soon as all its accounts
 * have room. Nobody overtakes at an account that an earlier one waits for, so that a job which needs two gets them.
 */
export class JobOrder implements Queue<Run, JobTurn> {
  #waiting: { readonly run: Run; readonly turn: JobTurn }[] = [];

  /** Of those that can begin now, for which p-queue asks: 0 when all wait for accounts. */
  get size(): number {
    return this.#next() === -1 ? 0 : this.#waiting.length;
  }

  enqueue(run: Run, options?: Partial<JobTurn>): void {
    const turn = options as JobTurn;
    const after = this.#waiting.findIndex((other) => other.turn.priority < turn.priority);
    this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, { run, turn });
  }

  dequeue(): Run | undefined {
    const at = this.#next();
    return at === -1 ? undefined : this.#waiting.splice(at, 1)[0]?.run;
  }

  filter({ priority }: Readonly<Partial<JobTurn>>): Run[] {
    return this.#waiting.filter(({ turn }) => turn.priority === priority).map(({ run }) => run);
  }

  setPriority(id: string, priority: number): void {
    const at = this.#waiting.findIndex(({ turn }) => turn.id === id);
    const [found] = at === -1 ? [] : this.#waiting.splice(at, 1);
    if (found !== undefined) this.enqueue(found.run, { ...found.turn, priority });
  }

  #next(): number {
    const awaited = new Set<string>();
    return this.#waiting.findIndex(({ turn: { accounts, hasRoom, isStopped } }) => {
      if (isStopped()) return true;
      const canBegin = accounts.every((id) => !awaited.has(id) && hasRoom(id));
      for (const id of accounts) awaited.add(id);
      return canBegin;
    });
  }
}
