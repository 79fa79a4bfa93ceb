import { DelayingProxy, type DelayingProxyOptions } from './delaying-proxy.js';
import type { TestAgents } from './e2e-agents.js';
import { dmJson } from './e2e-dm.js';

/** What a worker allows its peers, as an option of its agent. */
export const WORKER_ACCESS = '--peer-access=read,create,write,work,privileged';

/**
 * Gives the agent `asker` accounts of the agents `worker`, `source` and `target`;
 * everybody reaches the last through the proxy.
 */
export async function makeWorkAccounts(
  agents: TestAgents,
  options: Omit<DelayingProxyOptions, 'port'> = {},
): Promise<DelayingProxy> {
  const [, port = ''] = agents.agent('target').listen.split(':');
  const proxy = await DelayingProxy.open({ ...options, port: Number(port) });
  for (const name of ['worker', 'source']) await agents.account('asker', name);
  const uri = `--uri=dm://${proxy.address}`;
  await dmJson(agents.agent('asker'), 'accounts', 'create', 'DM', '--name=target', uri);
  return proxy;
}
