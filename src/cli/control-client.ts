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
  ) => ReturnType<ControlCalls[Name]>;
} & Partial<Disposable>;
