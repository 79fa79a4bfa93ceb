import { LOCAL_WORK } from '../endpoint/local/local-work.js';
import { OBJECT_WORK } from '../endpoint/object/object-work.js';
import { serveTasks } from '../worker/serve.js';

/** The module that the worker threads of an agent run. */
serveTasks({ ...LOCAL_WORK, ...OBJECT_WORK });
