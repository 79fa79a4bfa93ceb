/**
 * One column of a list: a dotted path into the message. CSV has every column, a table only some.
 */
export interface Column {
  readonly field: string;
  /** Heading in the table; without one the column is in CSV only. */
  readonly title?: string;
}

/** Columns of the table first, under short headings, then the fields that only CSV has. */
export function columns(titled: Readonly<Record<string, string>>, ...rest: string[]): Column[] {
  const shown = Object.entries(titled).map(([field, title]) => ({ field, title }));
  return [...shown, ...rest.map((field) => ({ field }))];
}
