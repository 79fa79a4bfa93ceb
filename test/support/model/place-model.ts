import type { ModelTree } from './tree-model.js';

/** A dataset as it must be wherever it is. */
export interface ModelDataset {
  readonly id: string;
  readonly tree: ModelTree;
  /** It keeps what was changed by hand at a target before a copy repaired that. */
  readonly isPreRepair?: boolean;
}

/** A repeated copy between two places and what it goes on from. */
export interface ModelLink {
  readonly from: ModelPlace;
  readonly to: ModelPlace;
  /** What the target stands at, from which the next increment goes on; there or not. */
  base: ModelDataset | null;
  /** What the target was made into by hand since. */
  drifted: ModelTree | null;
  /** Places at which nobody has unlocked it. */
  readonly held: Set<ModelPlace>;
}

/** What one place must have, by the rules as the manual has them and nothing of the program. */
export class ModelPlace {
  readonly name: string;
  /**
   * Newest datasets that stay when those whose retention is over go; null where all stay for ever.
   */
  readonly reserve: number | null;
  /** In the order in which they came. */
  #datasets: readonly ModelDataset[] = [];

  constructor(name: string, reserve: number | null) {
    this.name = name;
    this.reserve = reserve;
  }

  get datasets(): readonly ModelDataset[] {
    return this.#datasets;
  }

  /** What copies from here take. */
  get newest(): ModelDataset | null {
    return this.#datasets.findLast(({ isPreRepair }) => isPreRepair !== true) ?? null;
  }

  add(dataset: ModelDataset): void {
    if (!this.has(dataset.id)) this.#datasets = [...this.#datasets, dataset];
  }

  has(id: string): boolean {
    return this.#datasets.some((dataset) => dataset.id === id);
  }

  remove(id: string): void {
    this.#datasets = this.#datasets.filter((dataset) => dataset.id !== id);
  }

  /** Those that are not among the newest and that nobody needs are gone. */
  expire(links: readonly ModelLink[]): void {
    const { reserve } = this;
    if (reserve === null) return;
    const newer = (index: number): number =>
      this.#datasets.slice(index + 1).filter(({ isPreRepair }) => isPreRepair !== true).length;
    this.#datasets = this.#datasets.filter(
      ({ id }, index) => newer(index) < reserve || this.isLocked(id, links),
    );
  }

  /** True when a copy goes on from it. */
  isLocked(id: string, links: readonly ModelLink[]): boolean {
    return links.some(({ base, held }) => base?.id === id && held.has(this));
  }
}
