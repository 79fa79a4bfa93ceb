import { DmError } from '../model/error.js';
import { parseSystemGuid, type SpkiFingerprint, type SystemGuid } from '../model/ids.js';
import { PEER_RIGHTS, type PeerRight } from '../model/peer-right.js';
import type { PeerIdentity } from '../security/trust.js';
import type { AgentCard } from './agent-card.js';
import { absolutePath } from './codec/wire-path.js';
import { checked, listOf, text } from './codec/wire-value.js';
import type { HelloReply__Output } from './generated/peer/datamover/v1/HelloReply.js';
import type { HelloRequest } from './generated/peer/datamover/v1/HelloRequest.js';
import { negotiate, PROTOCOL_MAX, PROTOCOL_MIN } from './protocol.js';

/** What a peer said about itself. */
export interface PeerHello {
  readonly address: string;
  readonly programVersion: string;
  readonly protocol: number;
  readonly systemGuid: SystemGuid;
  readonly agentName: string;
  /** What we may do there. */
  readonly allowed: readonly PeerRight[];
  readonly roots: readonly Uint8Array[];
  /** Null on a Unix socket. */
  readonly identity: PeerIdentity | null;
}

/** Throws `protocol_mismatch` when the two agents have no protocol in common. */
export function helloFromWire(
  reply: HelloReply__Output,
  card: AgentCard,
  address: string,
  identity: PeerIdentity | null,
): PeerHello {
  const programVersion = text(reply.program_version, 200, 'program version');
  const ours = { programVersion: card.programVersion, min: PROTOCOL_MIN, max: PROTOCOL_MAX };
  const theirs = { programVersion, min: reply.protocol, max: reply.protocol };
  return {
    address,
    programVersion,
    protocol: negotiate(ours, theirs),
    systemGuid: checked(reply.system_guid, parseSystemGuid),
    agentName: text(reply.agent_name, 200, 'agent name'),
    allowed: PEER_RIGHTS.filter((right) => reply.allowed.includes(right)),
    roots: listOf(reply.roots, 1_000, 'roots').map((root) => absolutePath(root, 'root')),
    identity,
  };
}

/** What an agent says about itself before anything else. */
export function helloRequest(card: AgentCard): HelloRequest {
  return {
    program_version: card.programVersion,
    protocol_min: PROTOCOL_MIN,
    protocol_max: PROTOCOL_MAX,
    system_guid: card.systemGuid,
    agent_name: card.agentName,
  };
}

/** Throws `duplicate_system` when somebody else calls itself by our system guid. */
export function refuseDouble(hello: PeerHello, card: AgentCard, ownKey: SpkiFingerprint): void {
  if (hello.systemGuid !== card.systemGuid || hello.identity?.spki === ownKey) return;
  throw new DmError(
    'duplicate_system',
    `the peer at ${hello.address} calls itself by this agent's system guid ${hello.systemGuid} but has another key; give the copied agent a new state directory`,
    { data: { system_guid: hello.systemGuid, spki: hello.identity?.spki ?? '' } },
  );
}
