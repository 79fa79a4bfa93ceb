/**
 * Names of the tasks that worker threads run for the local place,
 * beside those of the change stream.
 */
export const LOCAL_TASKS = {
  capture: 'capture',
  preview: 'preview',
  verify: 'verify',
  delete: 'delete',
  space: 'space',
  uniqueSpace: 'unique-space',
  sweep: 'sweep',
} as const;
