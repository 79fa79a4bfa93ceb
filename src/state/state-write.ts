/** Values as they are in the database. */
export type StoredValue = unknown;

/** One change of a batch. */
export type StateWrite =
  | { readonly put: string; readonly value: StoredValue }
  | { readonly delete: string };
