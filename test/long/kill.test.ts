import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Random } from '../support/e2e-random.js';
import type { FilesystemKind } from '../support/filesystems.js';
import { KillPlan } from '../support/kills/kill-plan.js';
import { KILL_POINTS } from '../support/kills/kill-points.js';
import { type KillReport, KillRun } from '../support/kills/kill-run.js';

/** From so many kills on, each point must have been hit. */
const FULL = 300;
/** So many more, of those wanted, are made for points that were not hit by then. */
const LONGER = 1.2;
const FILESYSTEMS: readonly FilesystemKind[] = ['xfs', 'btrfs', 'ext4'];
/** On one file system, before the next one's turn. */
const KILLS_PER_SITE = 50;
const TREE = { files: 1_000, largeMiB: 64, bytesPerSecond: 30_000_000 };

/** What the runs of a campaign have done together. */
interface Ledger {
  kills: number;
  increments: number;
  missed: number;
  maxResent: number;
  seeds: number[];
  hits: Record<string, number>;
}

function readLedger(path: string | undefined): Ledger {
  const text = path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (text !== '') return JSON.parse(text) as Ledger;
  return { kills: 0, increments: 0, missed: 0, maxResent: 0, seeds: [], hits: {} };
}

function describeKill({ task, kind, kill, isHit }: KillReport): string {
  const at =
    kill.point === null
      ? `at ${kill.percent} % of the ${kill.of}`
      : `"${kill.point.name}", call ${kill.when}`;
  return `${task} (${kind}): ${kill.victims.join(' and ')} ${at}${isHit ? '' : ' (not reached)'}`;
}

describe('agents killed at random moments and at every commit point', () => {
  it('finish every job by themselves, and leave nothing', async function () {
    this.timeout(0);
    if (process.getuid?.() !== 0) this.skip();
    const wanted = Number(process.env.DM_KILLS ?? 50);
    const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
    const path = process.env.DM_KILL_LEDGER;
    const ledger = readLedger(path);
    process.stdout.write(`seed ${seed}; repeat with DM_SEED=${seed}\n`);
    const random = new Random(seed);
    const plan = new KillPlan(new Map(Object.entries(ledger.hits)), random);
    let kills = 0;
    const onKill = (report: KillReport): void => {
      if (report.isHit) kills++;
      if (report.isHit) ledger.kills++;
      if (report.isHit && report.kind === 'increment') ledger.increments++;
      if (!report.isHit) ledger.missed++;
      process.stdout.write(`${report.isHit ? kills : '-'}: ${describeKill(report)}\n`);
    };
    const onResent = (bytes: number): void => {
      ledger.maxResent = Math.max(ledger.maxResent, bytes);
      process.stdout.write(`   ${(bytes / 1_048_576).toFixed(1)} MiB sent twice\n`);
    };
    const save = (): void => {
      ledger.hits = Object.fromEntries(plan.hits);
      if (path !== undefined) writeFileSync(path, JSON.stringify(ledger));
    };
    const isMore = (): boolean =>
      kills < wanted ||
      (ledger.kills >= FULL && plan.missing.length > 0 && kills < wanted * LONGER);
    for (let site = ledger.seeds.push(seed) - 1; isMore(); site++) {
      const filesystem = FILESYSTEMS[site % FILESYSTEMS.length] ?? 'xfs';
      process.stdout.write(`on ${filesystem}\n`);
      const until = kills + KILLS_PER_SITE;
      await using run = await KillRun.open(
        { ...TREE, filesystem },
        { plan, random, onKill, onResent },
      );
      while (kills < until && isMore()) {
        await run.round();
        save();
      }
      await run.finish();
      save();
    }
    for (const { name } of KILL_POINTS) process.stdout.write(`${plan.hits.get(name)} at ${name}\n`);
    const { increments, missed, maxResent, seeds } = ledger;
    process.stdout.write(
      `${ledger.kills} kills, ${increments} in increments, ${missed} not reached; at most ${(maxResent / 1_048_576).toFixed(1)} MiB of a job sent twice; seeds ${seeds.join(', ')}\n`,
    );
    if (ledger.kills < FULL) return;
    const missing = plan.missing.map(({ name }) => name);
    expect(missing, 'points that were not hit').to.deep.equal([]);
    expect(increments / ledger.kills, 'kills in increments').to.be.above(0.5);
  });
});
