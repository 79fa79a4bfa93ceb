import { escapePath, isUtf8 } from '../../util/escape.js';

/** A name or path of any bytes as fields of a row: escaped, and in base64 beside it where it is no UTF-8. */
export function bytesFields(field: string, bytes: Uint8Array): Record<string, string> {
  return {
    [field]: escapePath(bytes),
    [`${field}_base64`]: isUtf8(bytes) ? '' : Buffer.from(bytes).toString('base64'),
  };
}
