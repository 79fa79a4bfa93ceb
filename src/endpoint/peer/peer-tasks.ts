import {
  type CopyProgress,
  copyProgressFromWire,
  copyResultFromWire,
  taskToWire,
} from '../../rpc/codec/task-codec.js';
import { malformed } from '../../rpc/codec/wire-value.js';
import type { PeerChannel } from '../../rpc/peer-channel.js';
import { peerDefinition } from '../../rpc/proto.js';
import type { CopyObserver, CopyTask, TaskRunner } from '../copy-task.js';
import type { CommitResult } from '../target.js';

/** A peer that carries out copies for us. The channel belongs to whoever opened it. */
export class PeerTasks implements TaskRunner {
  readonly #channel: PeerChannel;

  constructor(channel: PeerChannel) {
    this.#channel = channel;
  }

  async run(
    task: CopyTask,
    observer: CopyObserver,
    onWire: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const { RunCopy } = peerDefinition();
    for await (const event of this.#channel.stream(RunCopy, taskToWire(task), signal)) {
      const progress = copyProgressFromWire(event);
      onWire(progress.wireBytes);
      const result = copyResultFromWire(event);
      if (result !== null) return result;
      tell(progress, observer);
    }
    throw malformed('a copy ended without a result');
  }
}

/** In the order in which it can have happened. */
function tell(progress: CopyProgress, observer: CopyObserver): void {
  const { files, bytes, changedBytes, readBytes, failures, applying } = progress;
  if (progress.resumed) observer.resumed();
  if (progress.phase !== null) observer.phase(progress.phase);
  if (failures.length > 0) observer.failed(failures);
  if (progress.wholeAgain > 0) observer.wholeAgain(progress.wholeAgain);
  if (applying === null) observer.sent({ files, bytes, changedBytes, readBytes });
  else {
    if (files > 0 || bytes > 0) observer.sent({ files, bytes, changedBytes, readBytes });
    observer.applying(applying.done, applying.total);
  }
}
