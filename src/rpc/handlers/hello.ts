import { DmError } from '../../model/error.js';
import { parseSystemGuid, type SpkiFingerprint, type SystemGuid } from '../../model/ids.js';
import { PEER_RIGHTS } from '../../model/peer-right.js';
import type { Reach } from '../../security/grants.js';
import { toHex } from '../../util/bytes.js';
import type { AgentCard } from '../agent-card.js';
import { checked, text } from '../codec/wire-value.js';
import type { HelloReply } from '../generated/peer/datamover/v1/HelloReply.js';
import type { HelloRequest__Output } from '../generated/peer/datamover/v1/HelloRequest.js';
import type { Caller, PeerAccess } from '../peer-access.js';
import type { PeerConnectionState, PeerContext } from '../peer-connection-state.js';
import { negotiate, PROTOCOL_MAX, PROTOCOL_MIN } from '../protocol.js';

export interface HelloModules {
  readonly card: AgentCard;
  /** Our own key, to tell ourselves from a copy of us; null where there is none. */
  readonly ownKey: () => SpkiFingerprint | null;
  /**
   * Gives a connection what a ticket gives, and takes everything else
   * from it. Throws `ticket_refused`.
   */
  readonly takeTicket: (state: PeerConnectionState, ticket: Uint8Array) => PeerAccess;
}

/** Agrees on a protocol; after it the connection may be used. */
export function hello(
  request: HelloRequest__Output,
  context: PeerContext,
  { card, ownKey, takeTicket }: HelloModules,
): HelloReply {
  const range = {
    programVersion: text(request.program_version, 200, 'program version'),
    min: request.protocol_min,
    max: request.protocol_max,
  };
  const ours = { programVersion: card.programVersion, min: PROTOCOL_MIN, max: PROTOCOL_MAX };
  const protocol = negotiate(ours, range);
  const guid = checked(request.system_guid, parseSystemGuid);
  text(request.agent_name, 200, 'agent name');
  refuseDouble(guid, context.caller, card, ownKey());
  const { state, access } = context;
  const shown = request.ticket.length > 0;
  const { reach } = shown ? takeTicket(state, request.ticket) : access;
  state.greeted = true;
  state.protocol = protocol;
  return {
    program_version: card.programVersion,
    protocol,
    system_guid: card.systemGuid,
    agent_name: card.agentName,
    allowed: PEER_RIGHTS.filter((right) => reach.has(right)),
    roots: rootsOf(reach),
    ticket_taken: shown,
  };
}

/** Every directory that the caller has some right at, once. */
function rootsOf(reach: Reach): Uint8Array[] {
  const roots = [...reach.values()].flat();
  return [...new Map(roots.map((root) => [toHex(root), root])).values()];
}

function refuseDouble(
  guid: SystemGuid,
  caller: Caller,
  card: AgentCard,
  ownKey: SpkiFingerprint | null,
): void {
  if (guid !== card.systemGuid || typeof caller === 'string' || caller.spki === ownKey) return;
  throw new DmError(
    'duplicate_system',
    `a peer with the key ${caller.spki} calls itself by this agent's system guid ${guid}; give the copied agent a new state directory`,
    { data: { system_guid: guid, spki: caller.spki } },
  );
}
