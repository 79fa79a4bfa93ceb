import type { Format } from '../global-options.js';
import type { Column } from './columns.js';
import { csvRecord } from './csv.js';
import { fieldValue } from './field-text.js';
import { type TableStyle, tableLines } from './table.js';
import { viewLines } from './view.js';
import { writeText } from './write-text.js';

export interface OutputOptions extends TableStyle {
  readonly stream: NodeJS.WritableStream;
  readonly format: Format;
}

/** Bytes collected before they are written: long lists go out in pieces of this size. */
const FLUSH_BYTES = 64 * 1024;

/** Prints results in the format that was asked for. JSON and CSV hold the messages as they are. */
export class Output {
  private pending = '';

  constructor(private readonly options: OutputOptions) {}

  get format(): Format {
    return this.options.format;
  }

  /** A list: printed as it arrives, never held whole. */
  async list(columns: readonly Column[], rows: AsyncIterable<object> | Iterable<object>) {
    if (this.format === 'json') await this.jsonList(rows);
    else if (this.format === 'csv') await this.csvList(columns, rows);
    else {
      for await (const line of tableLines(columns, rows, this.options)) await this.put(`${line}\n`);
    }
    await this.flush();
  }

  /** One object. */
  async view(message: object): Promise<void> {
    if (this.format === 'json') await this.put(`${JSON.stringify(message, nullForAbsent, 2)}\n`);
    else if (this.format === 'csv') {
      if (this.options.header) await this.put(csvRecord(Object.keys(message)));
      await this.put(csvRecord(Object.values(message)));
    } else {
      for (const line of viewLines(message, this.options.colour)) await this.put(`${line}\n`);
    }
    await this.flush();
  }

  /** The id of what was created, under the name of its field; the bare id for people. */
  async created(id: string | number, field = 'id'): Promise<void> {
    if (this.format === 'table') await this.line(String(id));
    else await this.view({ [field]: id });
  }

  /** A line for people; nothing in the other formats. */
  async note(text: string): Promise<void> {
    if (this.format === 'table') await this.line(text);
  }

  async line(text: string): Promise<void> {
    await this.put(`${text}\n`);
    await this.flush();
  }

  private async jsonList(rows: AsyncIterable<object> | Iterable<object>): Promise<void> {
    let before = '[';
    for await (const row of rows) {
      await this.put(`${before}\n  ${rowJson(row)}`);
      before = ',';
    }
    await this.put(before === '[' ? '[]\n' : '\n]\n');
  }

  private async csvList(
    columns: readonly Column[],
    rows: AsyncIterable<object> | Iterable<object>,
  ): Promise<void> {
    if (this.options.header) await this.put(csvRecord(columns.map((column) => column.field)));
    for await (const row of rows) {
      await this.put(csvRecord(columns.map((column) => fieldValue(row, column.field))));
    }
  }

  private async put(text: string): Promise<void> {
    this.pending += text;
    if (this.pending.length >= FLUSH_BYTES) await this.flush();
  }

  private async flush(): Promise<void> {
    const text = this.pending;
    this.pending = '';
    if (text !== '') await writeText(this.options.stream, text);
  }
}

/** A replacer takes several times as long: long lists are made without one where nothing is absent. */
function rowJson(row: object): string {
  return hasAbsent(row) ? JSON.stringify(row, nullForAbsent) : JSON.stringify(row);
}

function hasAbsent(value: object): boolean {
  return Object.values(value).some(
    (field) =>
      field === undefined || (typeof field === 'object' && field !== null && hasAbsent(field)),
  );
}

function nullForAbsent(_name: string, value: unknown): unknown {
  return value === undefined ? null : value;
}
