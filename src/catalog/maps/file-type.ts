import type { DmError } from '../../model/error.js';
import { FILE_TYPES, type FileType } from '../../model/inode.js';

const BY_CODE = new Map<number, FileType>(
  Object.entries(FILE_TYPES).map(([name, code]) => [code, name as FileType]),
);

/** The type whose code in pages is `code`. */
export function fileTypeOf(code: number, fail: (reason: string) => DmError): FileType {
  const type = BY_CODE.get(code);
  if (type === undefined) throw fail(`unknown file type ${code}`);
  return type;
}
