import { serveTasks } from '../../worker/serve.js';
import { LOCAL_WORK } from './local-work.js';

/** The module that worker threads run which serve a local place alone. */
serveTasks(LOCAL_WORK);
