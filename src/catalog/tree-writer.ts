import { DmError } from '../model/error.js';
import { equalBytes } from '../util/bytes.js';
import { type MapRoot, mapRoot } from './map-root.js';
import type { InternalPage, LeafPage, NodePage } from './node-page.js';
import { buildValuePage, PageBuilder } from './page-builder.js';
import { MAX_INLINE_VALUE, MAX_KEY, MAX_VALUE } from './page-format.js';
import { type MapParams, PageRule } from './page-rule.js';
import type { PageRef, PageSink } from './page-store.js';

/** A child reference on its way into a page above. */
interface Child {
  readonly key: Uint8Array;
  readonly ref: PageRef;
  readonly entries: number;
}

interface Level {
  readonly rule: PageRule;
  readonly builder: PageBuilder;
  /** Items that came in, whether their page is finished or not. */
  received: number;
  /** The last child that came in: the root, should no other follow. */
  last: Child | undefined;
  /** The page of the base map at this level that is being copied: not written again when equal. */
  former: PageRef | undefined;
}

/**
 * Turns entries in ascending order into pages, bottom up. Whole pages of a base map can be taken
 * over between two page boundaries. Memory: one page for each level.
 */
export class TreeWriter {
  readonly #params: MapParams;
  readonly #sink: PageSink;
  readonly #levels: Level[] = [];

  constructor(params: MapParams, sink: PageSink) {
    this.#params = params;
    this.#sink = sink;
  }

  add(key: Uint8Array, value: Uint8Array): void {
    if (key.length === 0 || key.length > MAX_KEY || value.length > MAX_VALUE) {
      throw new DmError(
        'invalid_argument',
        `map ${this.#params.name}: an entry of ${key.length} + ${value.length} bytes cannot be stored; ` +
          `keys have 1 to ${MAX_KEY} bytes, values at most ${MAX_VALUE}`,
      );
    }
    const level = this.#level(0);
    if (value.length <= MAX_INLINE_VALUE) level.builder.addInline(key, value);
    else {
      const { digest, frame } = buildValuePage(value);
      const ref = { digest, locator: this.#sink.append(frame) };
      level.builder.addSpilled(key, { ref, length: value.length });
    }
    this.#received(level);
  }

  addLeafItem(leaf: LeafPage, index: number): void {
    const level = this.#level(0);
    level.builder.addLeafItem(leaf, index);
    this.#received(level);
  }

  /** True when pages of `level` and below would begin with what comes next. */
  atPageStart(level: number): boolean {
    for (let i = 0; i <= level && i < this.#levels.length; i++) {
      if (this.#level(i).builder.count !== 0) return false;
    }
    return true;
  }

  /** Takes over a child of a base page; only while `atPageStart(parent.level - 1)`. */
  addFormerChild(parent: InternalPage, index: number): void {
    const child = {
      key: parent.key(index),
      ref: parent.child(index),
      entries: parent.childEntries(index),
    };
    this.#addChild(parent.level, child);
  }

  /** Says which page of the base map the next items of its level come from. */
  entering(page: NodePage, ref: PageRef): void {
    this.#level(page.level).former = ref;
  }

  /** Writes what is left and returns the root, or null when nothing came in. */
  finish(): MapRoot | null {
    for (let number = 0; number < this.#levels.length; number++) {
      const level = this.#level(number);
      const above = this.#levels.slice(number + 1).some((higher) => higher.received > 0);
      if (level.last !== undefined && level.received === 1 && !above) {
        return mapRoot(level.last.ref, level.last.entries, number);
      }
      if (level.builder.count > 0) this.#finishPage(level);
    }
    return null;
  }

  #addChild(levelNumber: number, child: Child): void {
    const level = this.#level(levelNumber);
    level.builder.addChild(child.key, child.ref, child.entries);
    level.last = child;
    this.#received(level);
  }

  #received(level: Level): void {
    level.received++;
    const { builder, rule } = level;
    if (rule.endsAfter(builder.count, builder.bytes, builder.keyStart, builder.keyEnd)) {
      this.#finishPage(level);
    }
  }

  #finishPage(level: Level): void {
    const { digest, frame, lastKey, entries } = level.builder.finish();
    const former = level.former;
    const ref =
      former !== undefined && equalBytes(former.digest, digest)
        ? former
        : { digest, locator: this.#sink.append(frame) };
    this.#addChild(level.rule.level + 1, { key: lastKey, ref, entries });
  }

  #level(number: number): Level {
    while (this.#levels.length <= number) {
      const rule = new PageRule(this.#params, this.#levels.length);
      const builder = new PageBuilder(this.#levels.length);
      this.#levels.push({ rule, builder, received: 0, last: undefined, former: undefined });
    }
    return this.#levels[number] as Level;
  }
}
