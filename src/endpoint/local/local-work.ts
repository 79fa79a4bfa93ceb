import { serveable } from '../../worker/serve.js';
import { captureTask } from './capture/capture-task.js';
import { deleteTask } from './capture/delete-task.js';
import { previewTask } from './capture/preview-task.js';
import { CHANGES_TASKS } from './changes/changes-input.js';
import { contentTask, digestsTask, structureTask } from './changes/changes-tasks.js';
import { LOCAL_TASKS } from './local-tasks.js';
import { driftTask } from './receive/drift-task.js';
import { RECEIVE_TASKS } from './receive/receive-input.js';
import {
  commitTask,
  laneTask,
  structureTask as receiveStructureTask,
  resumeTask,
} from './receive/receive-tasks.js';
import { sweepTask } from './space/sweep-pages.js';
import { spaceTask } from './space/version-space.js';
import { verifyTask } from './verify/verify-task.js';

/** Every task of the local place, by name, for worker threads of the data plane. */
export const LOCAL_WORK = {
  [LOCAL_TASKS.capture]: serveable(captureTask),
  [LOCAL_TASKS.preview]: serveable(previewTask),
  [LOCAL_TASKS.verify]: serveable(verifyTask),
  [LOCAL_TASKS.delete]: serveable(deleteTask),
  [LOCAL_TASKS.space]: serveable(spaceTask),
  [LOCAL_TASKS.sweep]: serveable(sweepTask),
  [CHANGES_TASKS.structure]: serveable(structureTask),
  [CHANGES_TASKS.content]: serveable(contentTask),
  [CHANGES_TASKS.digests]: serveable(digestsTask),
  [RECEIVE_TASKS.resume]: serveable(resumeTask),
  [RECEIVE_TASKS.structure]: serveable(receiveStructureTask),
  [RECEIVE_TASKS.lane]: serveable(laneTask),
  [RECEIVE_TASKS.drift]: serveable(driftTask),
  [RECEIVE_TASKS.commit]: serveable(commitTask),
} as const;
