/**
 * Every error code, its gRPC status and the exit code of `dm`, in one table.
 * `docs/errors.md` says for each what it means and what the operator does.
 *
 * `retry` says whether the same operation may succeed later without anyone's help:
 * `transient` is retried with backoff by the job queue, `final` is not.
 */
export interface ErrorCodeSpec {
  /** The gRPC status that carries this code (numeric, as in grpc.status). */
  readonly status: number;
  /**
   * Exit code of the command line: 1 failed, 2 usage, 3 no such object, 4
   * unreachable, 5 refused, 6 partial, 7 timed out.
   */
  readonly exit: number;
  readonly retry: 'transient' | 'final';
}

const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const FAILED_PRECONDITION = 9;
const ABORTED = 10;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const DATA_LOSS = 15;
const UNAUTHENTICATED = 16;

function final(status: number, exit: number): ErrorCodeSpec {
  return { status, exit, retry: 'final' };
}
function transient(status: number, exit: number): ErrorCodeSpec {
  return { status, exit, retry: 'transient' };
}

export const ERROR_CODES = {
  // What was asked
  usage: final(INVALID_ARGUMENT, 2),
  invalid_argument: final(INVALID_ARGUMENT, 2),
  invalid_config: final(INVALID_ARGUMENT, 2),
  not_found: final(NOT_FOUND, 3),
  ambiguous: final(INVALID_ARGUMENT, 2),
  already_exists: final(ALREADY_EXISTS, 1),
  in_use: final(FAILED_PRECONDITION, 1),
  not_supported: final(UNIMPLEMENTED, 1),
  wait_timeout: final(DEADLINE_EXCEEDED, 7),
  cancelled: final(ABORTED, 1),
  partial: final(FAILED_PRECONDITION, 6),
  job_failed: final(FAILED_PRECONDITION, 1),
  hook_failed: final(FAILED_PRECONDITION, 1),
  not_well: final(FAILED_PRECONDITION, 1),

  // Reaching the agent or a peer
  agent_unreachable: final(UNAVAILABLE, 4),
  peer_unreachable: transient(UNAVAILABLE, 1),
  peer_busy: transient(RESOURCE_EXHAUSTED, 1),
  session_superseded: transient(ABORTED, 1),
  shutting_down: transient(UNAVAILABLE, 1),

  // Object stores
  store_unreachable: transient(UNAVAILABLE, 1),
  store_throttled: transient(RESOURCE_EXHAUSTED, 1),
  store_refused: final(PERMISSION_DENIED, 5),

  // Who may
  refused: final(PERMISSION_DENIED, 5),
  ticket_refused: transient(PERMISSION_DENIED, 5),
  peer_untrusted: final(UNAUTHENTICATED, 5),
  peer_key_mismatch: final(UNAUTHENTICATED, 5),
  duplicate_system: final(UNAUTHENTICATED, 5),
  protocol_mismatch: final(FAILED_PRECONDITION, 1),
  path_outside_roots: final(PERMISSION_DENIED, 5),
  policy_disabled: final(PERMISSION_DENIED, 5),
  policy_spent: final(PERMISSION_DENIED, 5),
  certificate_invalid: final(INVALID_ARGUMENT, 1),
  no_identity: final(FAILED_PRECONDITION, 1),
  encryption_key: final(PERMISSION_DENIED, 5),
  dataset_untrusted: final(UNAUTHENTICATED, 5),

  // Source
  source_missing: final(NOT_FOUND, 3),
  source_suspicious: final(FAILED_PRECONDITION, 1),
  source_changing: final(ABORTED, 1),
  unreadable: final(PERMISSION_DENIED, 1),
  dataset_incomplete: final(FAILED_PRECONDITION, 1),

  // Target
  target_not_empty: final(FAILED_PRECONDITION, 5),
  target_owned: final(FAILED_PRECONDITION, 5),
  target_released: final(FAILED_PRECONDITION, 5),
  target_forbidden: final(PERMISSION_DENIED, 5),
  target_unsuitable: final(FAILED_PRECONDITION, 1),
  target_immutable: final(PERMISSION_DENIED, 1),
  target_changed: transient(ABORTED, 1),
  target_drifted: final(FAILED_PRECONDITION, 1),
  diverged: final(FAILED_PRECONDITION, 1),
  clock_suspect: final(FAILED_PRECONDITION, 1),
  too_many_deletes: final(FAILED_PRECONDITION, 1),
  unsupported_metadata: final(UNIMPLEMENTED, 1),

  // Ground
  no_space: final(RESOURCE_EXHAUSTED, 1),
  quota_exceeded: final(RESOURCE_EXHAUSTED, 1),
  io_error: final(INTERNAL, 1),
  corrupt: final(DATA_LOSS, 1),
  protocol_error: final(INVALID_ARGUMENT, 1),
  state_lost: final(FAILED_PRECONDITION, 1),
  state_locked: final(FAILED_PRECONDITION, 1),
  state_version: final(FAILED_PRECONDITION, 1),
  unsafe_permissions: final(FAILED_PRECONDITION, 1),
  internal: final(INTERNAL, 1),
} as const satisfies Record<string, ErrorCodeSpec>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** True for a string that names a code of the table. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
