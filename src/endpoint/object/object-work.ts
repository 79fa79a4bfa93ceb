import { serveable } from '../../worker/serve.js';
import { OBJECT_RECEIVE_TASKS } from './receive/task-input.js';

const receive = () => import('./receive/object-receive-tasks.js');

/** Every task of object places, by name, for worker threads of the data plane. */
export const OBJECT_WORK = {
  [OBJECT_RECEIVE_TASKS.checkBase]: serveable(
    async () => (await import('./receive/check-base.js')).objectCheckBaseTask,
  ),
  [OBJECT_RECEIVE_TASKS.resume]: serveable(async () => (await receive()).objectResumeTask),
  [OBJECT_RECEIVE_TASKS.structure]: serveable(async () => (await receive()).objectStructureTask),
  [OBJECT_RECEIVE_TASKS.lane]: serveable(async () => (await receive()).objectLaneTask),
  [OBJECT_RECEIVE_TASKS.commit]: serveable(async () => (await receive()).objectCommitTask),
  [OBJECT_RECEIVE_TASKS.mergeIndex]: serveable(
    async () => (await import('./receive/merge-index-task.js')).mergeIndexTask,
  ),
} as const;
