/** The reader of the output has gone. */
export class BrokenPipe extends Error {}

/** Writes and waits until the stream takes more. Rejects with BrokenPipe when nobody reads. */
export async function writeText(
  stream: NodeJS.WritableStream,
  data: string | Uint8Array,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      stream.removeListener('error', failed);
      reject(error.code === 'EPIPE' ? new BrokenPipe() : error);
    };
    stream.on('error', failed);
    stream.write(data, (error) => {
      if (error) return failed(error);
      stream.removeListener('error', failed);
      resolve();
    });
  });
}
