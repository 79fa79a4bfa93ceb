import { DmError } from '../model/error.js';
import type { CommandContext } from './command-context.js';
import type { FailedEntry, VerifyDatasetRequest, VerifyProgress } from './control-messages.js';
import { humanBytes } from './format/humanise.js';
import { entryText } from './format/view.js';
import { openProgress } from './progress.js';
import { untilAborted } from './until-aborted.js';

/**
 * Has a dataset verified and names each bad path: for people as it is found, in JSON and CSV in one
 * object at the end. Throws `corrupt` when there was one.
 */
export async function verifyDataset(
  context: CommandContext,
  request: VerifyDatasetRequest,
): Promise<void> {
  const { output } = context;
  const signal = context.signal();
  const messages = (await context.client()).verifyDataset(request, signal);
  const progress = await openProgress(context.io, `dataset ${request.dataset}`);
  const bad: FailedEntry[] = [];
  let last: VerifyProgress | null = null;
  try {
    for await (const message of untilAborted(messages, signal)) {
      last = message;
      progress.update({ ...message, phase: 'verifying' });
      for (const entry of message.bad) {
        if (output.format === 'table') await output.line(entryText(entry));
        else bad.push(entry);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new DmError('cancelled', `verifying dataset ${request.dataset} was stopped; start again`);
  } finally {
    progress.close();
  }
  if (last === null || !last.done) {
    throw new DmError(
      'internal',
      `the agent stopped verifying dataset ${request.dataset}; try again`,
    );
  }
  if (output.format !== 'table') await output.view({ ...last, bad });
  else await output.line(summary(last));
  if (last.bad_total > 0) {
    throw new DmError(
      'corrupt',
      `dataset ${request.dataset} has ${last.bad_total} bad entries; copy them from another place that holds it`,
    );
  }
}

function summary(last: VerifyProgress): string {
  const read = `${last.files_done} files, ${humanBytes(last.bytes_done)} read, ${last.bad_total} bad`;
  if (last.digests_made === 0) return read;
  return `${read}; digests made for ${last.digests_made} files that had none to compare with`;
}
