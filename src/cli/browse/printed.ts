import { DmError } from '../../model/error.js';
import type { Column } from '../format/columns.js';
import type { Output } from '../format/output.js';

/** What a command of browse prints, in every format. */
export interface Printed {
  /** For people. */
  lines(): AsyncIterable<string> | Iterable<string>;
  /** For programs; null for what only people read. */
  readonly data:
    | { readonly kind: 'list'; readonly columns: readonly Column[]; rows(): AsyncIterable<object> }
    | { readonly kind: 'view'; readonly message: object }
    | null;
  /** Throws when what was printed was not all. */
  end?(): void;
}

/** A list of which each item is some lines for people and a row for programs. */
export function printedList<Item>(
  items: AsyncIterable<Item>,
  form: {
    readonly columns: readonly Column[];
    lines(item: Item): Iterable<string>;
    row(item: Item): object;
    /** Lines for people behind the last item. */
    after?(): Iterable<string>;
  },
): Printed {
  return {
    async *lines() {
      for await (const item of items) yield* form.lines(item);
      if (form.after !== undefined) yield* form.after();
    },
    data: {
      kind: 'list',
      columns: form.columns,
      async *rows() {
        for await (const item of items) yield form.row(item);
      },
    },
  };
}

/** One object. */
export function printedView(lines: Iterable<string>, message: object): Printed {
  return { lines: () => lines, data: { kind: 'view', message } };
}

/** Prints what a command gave in the format that was asked for; `usage` where there is no such form. */
export async function print(command: string, printed: Printed, output: Output): Promise<void> {
  const { data } = printed;
  if (output.format === 'table') {
    for await (const line of printed.lines()) await output.line(line);
  } else if (data === null) {
    throw new DmError(
      'usage',
      `${command} prints for people only; leave --format=${output.format} out`,
    );
  } else if (data.kind === 'list') await output.list(data.columns, data.rows());
  else await output.view(data.message);
  printed.end?.();
}
