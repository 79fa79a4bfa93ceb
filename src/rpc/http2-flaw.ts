/** The first release of nghttp2 that stops reading after it has ended a session. */
const MENDED = [1, 68, 1] as const;

/**
 * What an agent should say of the HTTP/2 library of its Node; null when there is nothing to say. Before 1.68.1 nghttp2
 * went on reading after a violation of the protocol and aborted the process at the next one (CVE-2026-27135). Nothing
 * outside the library can keep frames from it, and it sees those of peers only when their certificates were accepted.
 */
export function http2Flaw(nghttp2: string): string | null {
  const version = nghttp2.split('.').map(Number);
  for (const [at, least] of MENDED.entries()) {
    const part = version[at] ?? 0;
    if (part > least) return null;
    if (part < least) {
      return `the HTTP/2 library of this Node (nghttp2 ${nghttp2}) lets a peer whose certificate is accepted end the agent by malformed frames (CVE-2026-27135); run the agent with Node 24, or another one that has nghttp2 ${MENDED.join('.')} or newer`;
    }
  }
  return null;
}
