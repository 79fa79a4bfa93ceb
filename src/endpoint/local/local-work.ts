import { serveable } from '../../worker/serve.js';
import { CHANGES_TASKS } from './changes/changes-input.js';
import { LOCAL_TASKS } from './local-tasks.js';
import { RECEIVE_TASKS } from './receive/receive-input.js';

const changes = () => import('./changes/changes-tasks.js');
const receive = () => import('./receive/receive-tasks.js');

/** Every task of the local place, by name, for worker threads of the data plane. */
export const LOCAL_WORK = {
  [LOCAL_TASKS.capture]: serveable(
    async () => (await import('./capture/capture-task.js')).captureTask,
  ),
  [LOCAL_TASKS.preview]: serveable(
    async () => (await import('./capture/preview-task.js')).previewTask,
  ),
  [LOCAL_TASKS.verify]: serveable(async () => (await import('./verify/verify-task.js')).verifyTask),
  [LOCAL_TASKS.delete]: serveable(
    async () => (await import('./capture/delete-task.js')).deleteTask,
  ),
  [LOCAL_TASKS.space]: serveable(async () => (await import('./space/version-space.js')).spaceTask),
  [LOCAL_TASKS.uniqueSpace]: serveable(
    async () => (await import('./space/unique-space.js')).uniqueSpaceTask,
  ),
  [LOCAL_TASKS.sweep]: serveable(async () => (await import('./space/sweep-pages.js')).sweepTask),
  [CHANGES_TASKS.structure]: serveable(async () => (await changes()).structureTask),
  [CHANGES_TASKS.content]: serveable(async () => (await changes()).contentTask),
  [CHANGES_TASKS.digests]: serveable(async () => (await changes()).digestsTask),
  [RECEIVE_TASKS.resume]: serveable(async () => (await receive()).resumeTask),
  [RECEIVE_TASKS.structure]: serveable(async () => (await receive()).structureTask),
  [RECEIVE_TASKS.lane]: serveable(async () => (await receive()).laneTask),
  [RECEIVE_TASKS.drift]: serveable(async () => (await import('./receive/drift-task.js')).driftTask),
  [RECEIVE_TASKS.commit]: serveable(async () => (await receive()).commitTask),
  [RECEIVE_TASKS.discard]: serveable(
    async () => (await import('./receive/discard-task.js')).discardTask,
  ),
} as const;
