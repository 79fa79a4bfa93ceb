import type { handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import type { ListingWarning } from '../model/dataset.js';
import type {
  ControlDefinition,
  ControlHandlers,
} from './generated/control/datamover/v1/Control.js';
import type {
  DatasetView,
  DatasetView__Output,
} from './generated/control/datamover/v1/DatasetView.js';
import type {
  ListDatasetsQuery,
  ListDatasetsQuery__Output,
} from './generated/control/datamover/v1/ListDatasetsQuery.js';

type Declared<T> = keyof {
  [K in keyof T as string extends K ? never : number extends K ? never : K]: T[K];
};

export type ControlMethod = Declared<ControlHandlers> & keyof ControlDefinition & string;

type Handler<M extends ControlMethod> = ControlHandlers[M];

/** The method whose replies go in pages; both sides see it as `listDatasets`. */
type Paged = 'ListDatasetPages';

/**
 * The handlers of the Control service under their names in lower camel case: `(request, signal)
 * => Promise<Reply>`, or `(request, signal) => AsyncIterable<Reply>` where the reply is a
 * stream. The signal aborts when the caller goes away.
 */
export type ControlService = {
  readonly [M in Exclude<
    ControlMethod,
    Paged
  > as Uncapitalize<M>]: Handler<M> extends handleServerStreamingCall<infer Request, infer Reply>
    ? (request: Request, signal: AbortSignal) => AsyncIterable<Reply>
    : Handler<M> extends handleUnaryCall<infer Request, infer Reply>
      ? (request: Request, signal: AbortSignal) => Promise<Reply>
      : never;
} & {
  readonly listDatasets: (
    request: ListDatasetsQuery__Output,
    signal: AbortSignal,
    onWarning: (warning: ListingWarning) => void,
  ) => AsyncIterable<DatasetView>;
};

type RequestOf<M extends ControlMethod> = Parameters<ControlDefinition[M]['requestSerialize']>[0];
type ReplyOf<M extends ControlMethod> = ReturnType<ControlDefinition[M]['responseDeserialize']>;

/** The same methods as seen by a caller. */
export type ControlCalls = {
  readonly [M in Exclude<
    ControlMethod,
    Paged
  > as Uncapitalize<M>]: Handler<M> extends handleServerStreamingCall<infer _Request, infer _Reply>
    ? (request: RequestOf<M>, signal: AbortSignal) => AsyncIterable<ReplyOf<M>>
    : (request: RequestOf<M>, signal: AbortSignal) => Promise<ReplyOf<M>>;
} & {
  readonly listDatasets: (
    request: ListDatasetsQuery,
    signal: AbortSignal,
    onWarning?: (warning: ListingWarning) => void,
  ) => AsyncIterable<DatasetView__Output>;
};
