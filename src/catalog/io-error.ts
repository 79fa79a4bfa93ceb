import { callErrorCode, DmError } from '../model/error.js';

/** The DmError for a failed call of the file system on `path`. */
export function ioError(doing: string, path: string, error: unknown): DmError {
  if (error instanceof DmError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new DmError(callErrorCode(error), `${doing} ${path}: ${text}`, { cause: error });
}
