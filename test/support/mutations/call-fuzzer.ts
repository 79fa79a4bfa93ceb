import { type Client, status } from '@grpc/grpc-js';
import type { Fuzzer } from './fuzzer.js';
import { type MessageMaker, sendRaw } from './message-fuzzer.js';

export interface CallFuzzerModules {
  readonly messages: MessageMaker;
  /** A client that has introduced itself. */
  readonly connect: () => Promise<Client>;
}

/**
 * Sends changed messages as calls of one connection, which is made again when the agent ends it.
 */
export class CallFuzzer implements Fuzzer {
  readonly #deadlineMs: number;
  readonly #modules: CallFuzzerModules;
  #client: Client | null = null;

  constructor(options: { readonly deadlineMs: number }, modules: CallFuzzerModules) {
    this.#deadlineMs = options.deadlineMs;
    this.#modules = modules;
  }

  async send(): Promise<string> {
    const { messages, connect } = this.#modules;
    this.#client ??= await connect();
    const { method, message } = messages.mutated();
    const second = messages.mutated().message;
    const deadline = Date.now() + this.#deadlineMs;
    const code = await sendRaw(this.#client, method, [message, second], deadline);
    if (code === status.UNAVAILABLE) this[Symbol.dispose]();
    return status[code] ?? String(code);
  }

  [Symbol.dispose](): void {
    this.#client?.close();
    this.#client = null;
  }
}
