import type { handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import type {
  ControlDefinition,
  ControlHandlers,
} from './generated/control/datamover/v1/Control.js';

type Declared<T> = keyof {
  [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K];
};

export type ControlMethod = Declared<ControlHandlers> & keyof ControlDefinition & string;

type Handler<M extends ControlMethod> = ControlHandlers[M];

/**
 * The handlers of the Control service under their names in lower camel case: `(request, signal)
 * => Promise<Reply>`, or `(request, signal) => AsyncIterable<Reply>` where the reply is a
 * stream. The signal aborts when the caller goes away.
 */
export type ControlService = {
  readonly [M in ControlMethod as Uncapitalize<M>]: Handler<M> extends handleServerStreamingCall<
    infer Request,
    infer Reply
  >
    ? (request: Request, signal: AbortSignal) => AsyncIterable<Reply>
    : Handler<M> extends handleUnaryCall<infer Request, infer Reply>
      ? (request: Request, signal: AbortSignal) => Promise<Reply>
      : never;
};

type RequestOf<M extends ControlMethod> = Parameters<ControlDefinition[M]['requestSerialize']>[0];
type ReplyOf<M extends ControlMethod> = ReturnType<ControlDefinition[M]['responseDeserialize']>;

/** The same methods as seen by a caller. */
export type ControlCalls = {
  readonly [M in ControlMethod as Uncapitalize<M>]: Handler<M> extends handleServerStreamingCall<
    infer _Request,
    infer _Reply
  >
    ? (request: RequestOf<M>, signal: AbortSignal) => AsyncIterable<ReplyOf<M>>
    : (request: RequestOf<M>, signal: AbortSignal) => Promise<ReplyOf<M>>;
};
