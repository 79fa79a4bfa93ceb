const LINE_END = Buffer.from('\r\n');

/**
 * The body of a request that came in signed chunks (`STREAMING-...` in `x-amz-content-sha256`), without what stands between
 * them: before each its length in hexadecimal digits and its signature, after the last what may follow in trailers.
 */
export function unchunked(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf(LINE_END, at);
    if (end < 0) throw new Error('a chunk without an end of its first line');
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (Number.isNaN(length)) throw new Error('a chunk without its length');
    if (length === 0) break;
    const from = end + LINE_END.length;
    chunks.push(body.subarray(from, from + length));
    at = from + length + LINE_END.length;
  }
  return Buffer.concat(chunks);
}
