import type { SystemGuid } from '../model/ids.js';

/** How an agent introduces itself to its peers. */
export interface AgentCard {
  readonly programVersion: string;
  readonly systemGuid: SystemGuid;
  readonly agentName: string;
}
