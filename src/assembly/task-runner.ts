import type { CopyObserver, CopyTask, RemotePlace, TaskRunner } from '../endpoint/copy-task.js';
import { PeerSource } from '../endpoint/peer/peer-source.js';
import { PeerTarget } from '../endpoint/peer/peer-target.js';
import type { Source } from '../endpoint/source.js';
import type { CommitResult, Target } from '../endpoint/target.js';
import { copyDataset } from '../engine/copy.js';
import { asDmError } from '../model/error.js';
import type { Log } from '../observe/log.js';
import type { CpuGovernor } from '../policy/cpu-governor.js';
import type { PeerChannel } from '../rpc/peer-channel.js';
import { escapePath } from '../util/escape.js';
import type { PeerDialer } from './peer-dialer.js';

export interface TaskRunnersModules {
  readonly dialer: Pick<PeerDialer, 'dialWithTicket'>;
  readonly governor: Pick<CpuGovernor, 'breather'>;
  readonly log: Log;
}

/** This agent's own place, as the asker has it. */
export interface AskersPlace {
  readonly source: Source;
  readonly target: Target;
}

/**
 * Carries out copies for peers: nothing of this agent is used for them but
 * its own place with the asker's rights.
 */
export class TaskRunners {
  readonly #modules: TaskRunnersModules;

  constructor(modules: TaskRunnersModules) {
    this.#modules = modules;
  }

  /** `asker`: for the log. */
  for(asker: string, here: AskersPlace): TaskRunner {
    return {
      run: async (task, observer, onWire, signal) => {
        const about = {
          asker,
          dataset: task.offer.dataset.id,
          source: placeText(task.source, task.sourceBasePath),
          target: placeText(task.target, task.offer.targetPath),
        };
        const { log } = this.#modules;
        log.info(about, 'copy for a peer begins');
        try {
          const result = await this.#run(task, here, observer, onWire, signal);
          log.info(about, 'copy for a peer has ended');
          return result;
        } catch (error) {
          const { code, message } = asDmError(error, 'copy for a peer');
          log.warn({ ...about, code, reason: message }, 'copy for a peer was not finished');
          throw error;
        }
      },
    };
  }

  async #run(
    task: CopyTask,
    here: AskersPlace,
    observer: CopyObserver,
    onWire: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<CommitResult> {
    const { offer, sourceBasePath, partial } = task;
    await using source = await this.#dial(task.source, signal);
    await using target = await this.#dial(task.target, signal);
    const measured = metered(observer, () =>
      onWire((source?.bytesReceived ?? 0) + (target?.bytesSent ?? 0)),
    );
    const { dataset, base, ...rest } = offer;
    const result = await copyDataset(
      { dataset: { ...dataset, basePath: sourceBasePath }, base, offer: rest, partial },
      {
        source: source === null ? here.source : new PeerSource(source),
        target: target === null ? here.target : new PeerTarget(target),
        observer: measured.observer,
        breathe: this.#modules.governor.breather(),
      },
      signal,
    );
    measured.measure();
    return result;
  }

  async #dial(place: RemotePlace | null, signal: AbortSignal): Promise<PeerChannel | null> {
    return place === null ? null : await this.#modules.dialer.dialWithTicket(place, signal);
  }
}

/** An observer that measures before it tells. */
function metered(
  observer: CopyObserver,
  measure: () => void,
): { observer: CopyObserver; measure: () => void } {
  const after =
    <Args extends readonly unknown[]>(tell: (...args: Args) => void) =>
    (...args: Args): void => {
      measure();
      tell(...args);
    };
  return {
    measure,
    observer: {
      phase: after((name: string) => observer.phase(name)),
      resumed: () => observer.resumed(),
      sent: after((batch: Parameters<CopyObserver['sent']>[0]) => observer.sent(batch)),
      applied: after(() => observer.applied()),
      failed: (failures) => observer.failed(failures),
      wholeAgain: (count) => observer.wholeAgain(count),
      applying: after((done: number, total: number) => observer.applying(done, total)),
    },
  };
}

function placeText(place: RemotePlace | null, path: Uint8Array): string {
  return `${place === null ? 'here' : place.addresses.join(',')}${escapePath(path)}`;
}
