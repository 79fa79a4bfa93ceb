/** The first release of nghttp2 that stops reading after it has ended a session. */
const MENDED = [1, 68, 1] as const;
/** Releases of Node whose TLS servers lose what clients send beside their leaf certificate; measured. */
const LOSES_CHAINS: ReadonlySet<string> = new Set(['24.21.0']);
const REMEDY = 'run the agent with the newest Node 22';

/** As in `process.versions`. */
export interface NodeVersions {
  readonly node: string;
  readonly nghttp2: string;
}

/**
 * What an agent should say of the Node it runs on. Nothing outside of Node helps against these:
 * - Before 1.68.1 nghttp2 went on reading after a violation of the protocol and aborted the process at the next one
 *   (CVE-2026-27135). It sees the frames of peers only when their certificates were accepted.
 * - Node 24.21.0 shows a TLS server the leaf of a client's chain only, and never frees the rest of it.
 */
export function nodeFlaws({ node, nghttp2 }: NodeVersions): string[] {
  const flaws: string[] = [];
  if (isBefore(nghttp2, MENDED)) {
    flaws.push(
      `the HTTP/2 library of this Node (nghttp2 ${nghttp2}) lets a peer whose certificate is accepted end the agent by malformed frames (CVE-2026-27135); ${REMEDY}, or another one that has nghttp2 ${MENDED.join('.')} or newer`,
    );
  }
  if (LOSES_CHAINS.has(node)) {
    flaws.push(
      `Node ${node} keeps some kilobytes of every connection of a peer whose certificate has an intermediate CA or comes with its CA, and does not find that intermediate CA; ${REMEDY}, or another release`,
    );
  }
  return flaws;
}

function isBefore(version: string, least: readonly number[]): boolean {
  const numbers = version.split('.').map(Number);
  for (const [at, wanted] of least.entries()) {
    const number = numbers[at] ?? 0;
    if (number !== wanted) return number < wanted;
  }
  return false;
}
