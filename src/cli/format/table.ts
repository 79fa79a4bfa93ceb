import { colourState } from './colour.js';
import type { Column } from './columns.js';
import { fieldText } from './field-text.js';
import { displayWidth, padText } from './text.js';

/** Rows whose widths decide those of the columns; later rows are printed as they come. */
const MEASURED_ROWS = 500;
const GAP = '  ';

export interface TableStyle {
  readonly header: boolean;
  readonly colour: boolean;
}

/** Lines of an aligned table, without line ends. Holds only the first rows in memory. */
export async function* tableLines(
  columns: readonly Column[],
  rows: AsyncIterable<object> | Iterable<object>,
  style: TableStyle,
): AsyncGenerator<string> {
  const shown = columns.filter((column) => column.title !== undefined);
  const widths = shown.map((column) => (style.header ? displayWidth(column.title ?? '') : 0));
  const line = (cells: readonly string[], colour: boolean) => {
    const padded = cells.map((cell, at) =>
      at === cells.length - 1 ? cell : padText(cell, widths[at] ?? 0),
    );
    return (colour ? padded.map(colourState) : padded).join(GAP).trimEnd();
  };
  const first: string[][] = [];
  let measuring = true;
  const head = function* () {
    if (style.header) {
      const titles = shown.map((column) => column.title ?? '');
      yield line(titles, false);
    }
    for (const cells of first) yield line(cells, style.colour);
  };
  for await (const row of rows) {
    const cells = shown.map((column) => fieldText(row, column.field));
    if (!measuring) {
      yield line(cells, style.colour);
      continue;
    }
    first.push(cells);
    cells.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, displayWidth(cell));
    });
    if (first.length === MEASURED_ROWS) {
      measuring = false;
      yield* head();
      first.length = 0;
    }
  }
  if (measuring) yield* head();
}
