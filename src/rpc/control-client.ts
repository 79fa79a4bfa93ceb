import { Client, credentials, type MethodDefinition, type ServiceError } from '@grpc/grpc-js';
import { DmError } from '../model/error.js';
import { callStream, callUnary } from './client-call.js';
import type { ControlCalls } from './control-service.js';
import { datasetsOf } from './dataset-pages.js';
import { controlDefinition } from './proto.js';
import { MAX_MESSAGE_BYTES } from './protocol.js';
import { calledName } from './service-definition.js';
import { errorFromStatus } from './status-mapping.js';

export interface ControlClient extends AsyncDisposable {
  readonly call: ControlCalls;
  close(): void;
}

/**
 * Calls to the agent that listens on a Unix socket. Connects at the first call;
 * `agent_unreachable` when nobody answers, `refused` when the file system keeps the caller out.
 * Errors of the agent come out as it raised them.
 */
export function openControlClient(path: string): ControlClient {
  const client = new Client(`unix:${path}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    'grpc.enable_retries': 0,
    'grpc.enable_channelz': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.use_local_subchannel_pool': 1,
  });
  const close = () => client.close();
  return {
    call: controlCalls(client, (error) => errorOf(error, path)),
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}

function controlCalls(client: Client, toError: (error: ServiceError) => DmError): ControlCalls {
  const methods: Readonly<Record<string, MethodDefinition<unknown, unknown>>> = controlDefinition();
  const calls = Object.keys(methods).map((name) => {
    // A method is made when it is first called.
    const call = (request: unknown, signal: AbortSignal) => {
      const method = methods[name] as MethodDefinition<unknown, unknown>;
      return method.responseStream
        ? callStream(client, method, request, toError, signal)
        : callUnary(client, method, request, {}, toError, signal);
    };
    return [calledName(name), call] as const;
  });
  const listDatasets: ControlCalls['listDatasets'] = (request, signal, onWarning) => {
    const { ListDatasetPages } = controlDefinition();
    return datasetsOf(callStream(client, ListDatasetPages, request, toError, signal), onWarning);
  };
  return { ...Object.fromEntries(calls), listDatasets } as unknown as ControlCalls;
}

function errorOf(error: ServiceError, path: string): DmError {
  if (/connect (EACCES|EPERM)/.test(error.details)) {
    return new DmError(
      'refused',
      `the socket ${path} may not be used by this user; run the command as the agent's user or root`,
    );
  }
  return errorFromStatus(error, 'agent', path);
}
