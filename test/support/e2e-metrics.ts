import { readFileSync } from 'node:fs';

/** What an agent's `/metrics` said at one moment. */
export class Scrape {
  readonly #samples: ReadonlyMap<string, number>;
  /** Of all metrics, also of those without a value yet. */
  readonly names: readonly string[];

  private constructor(text: string) {
    this.names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
    this.#samples = new Map(
      [...text.matchAll(/^([a-z_]+(?:\{.*\})?) (\S+)$/gm)].map(([, key = '', value]) => [
        key,
        Number(value),
      ]),
    );
  }

  /** `base`: of the agent's HTTP server. */
  static async of(base: string): Promise<Scrape> {
    const response = await fetch(`${base}/metrics`);
    if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
    return new Scrape(await response.text());
  }

  /** Undefined where there is no such line. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const list = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return this.#samples.get(list.length === 0 ? name : `${name}{${list.join(',')}}`);
  }

  /** Sum over all labels. */
  sum(name: string): number {
    const own = [...this.#samples].filter(([key]) => key === name || key.startsWith(`${name}{`));
    return own.reduce((sum, [, value]) => sum + value, 0);
  }
}

/** Where the agent with this log serves HTTP since its last start. */
export function httpBase(logFile: string): string {
  const ready = readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"msg":"ready"'))
    .at(-1);
  if (ready === undefined) throw new Error(`${logFile} has no ready line`);
  return `http://${(JSON.parse(ready) as { http: string }).http}`;
}
