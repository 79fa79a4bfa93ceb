/**
 * Loaded into an agent before its program: its clock is off by the milliseconds that the file
 * SHIFTED_CLOCK_FILE says at each moment. The time since the host started is not.
 */
import { readFileSync } from 'node:fs';

const file = process.env.SHIFTED_CLOCK_FILE ?? '';
const realNow = Date.now;
Date.now = () => realNow() + Number(readFileSync(file, 'utf8'));
