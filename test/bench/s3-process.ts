/**
 * The S3 server of the benchmark, in a process of its own: forked, it sends its endpoint, then for each message, which is
 * the prefix of a program's objects, what is stored and asked for so far. It ends with its parent.
 */
import { PlantedSecrets } from '../support/planted-secrets.js';
import { S3Server } from '../support/s3-server/s3-server.js';

const server = await S3Server.open({ secrets: new PlantedSecrets() });
process.on('message', (prefix: string) => {
  let bytes = 0;
  for (const key of server.objects.keys()) {
    if (key.startsWith(prefix)) bytes += server.objects.current(key)?.body.length ?? 0;
  }
  process.send?.({ bytes, requests: server.log.length });
});
process.once('disconnect', () => process.exit(0));
process.send?.({ endpoint: server.endpoint });
