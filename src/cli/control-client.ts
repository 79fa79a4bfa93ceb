import type { ControlCalls } from '../rpc/control-service.js';

/**
 * The agent's Control service as the commands see it: a method for each rpc. Unary methods
 * resolve with the reply, streaming ones yield messages in the agent's order and may be
 * left early. Every failure is a DmError; `agent_unreachable` when nobody listens on the
 * socket. An idle client does not keep the process; one that can be disposed of is
 * disconnected at the end of its command.
 */
export type ControlClient = {
  readonly [Name in keyof ControlCalls]: (
    request: Parameters<ControlCalls[Name]>[0],
    signal?: AbortSignal,
    ...more: More<Parameters<ControlCalls[Name]>>
  ) => ReturnType<ControlCalls[Name]>;
} & Partial<Disposable>;

/** What a method takes behind request and signal. */
type More<P extends readonly unknown[]> = P extends [unknown, unknown, ...infer Rest]
  ? Rest
  : P extends [unknown, unknown, (infer Last)?]
    ? [more?: Last]
    : [];
