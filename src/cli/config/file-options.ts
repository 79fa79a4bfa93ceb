/**
 * Options that name files of which an agent keeps the content and not the name: those
 * that must be filled in to make the object.
 */
export const SECRET_FILES = {
  ca: ['certificate-path'],
  identity: ['certificate-path', 'certificate-key-path'],
  crl: ['crl-path'],
} as const;

/** True for an option that names a file: what an agent has of it cannot be compared. */
export function namesFile(option: string): boolean {
  return /(-file|-path)$/.test(option) && !option.endsWith('base-path');
}
