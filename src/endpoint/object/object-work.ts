import { serveable } from '../../worker/serve.js';
import { mergeIndexTask } from './receive/merge-index-task.js';
import {
  objectCommitTask,
  objectLaneTask,
  objectResumeTask,
  objectStructureTask,
} from './receive/object-receive-tasks.js';
import { OBJECT_RECEIVE_TASKS } from './receive/task-input.js';

/** Every task of object places, by name, for worker threads of the data plane. */
export const OBJECT_WORK = {
  [OBJECT_RECEIVE_TASKS.resume]: serveable(objectResumeTask),
  [OBJECT_RECEIVE_TASKS.structure]: serveable(objectStructureTask),
  [OBJECT_RECEIVE_TASKS.lane]: serveable(objectLaneTask),
  [OBJECT_RECEIVE_TASKS.commit]: serveable(objectCommitTask),
  [OBJECT_RECEIVE_TASKS.mergeIndex]: serveable(mergeIndexTask),
} as const;
