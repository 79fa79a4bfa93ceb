import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadSync, type MessageTypeDefinition, type PackageDefinition } from '@grpc/proto-loader';
import type { ControlDefinition } from './generated/control/datamover/v1/Control.js';
import type {
  ErrorDetail,
  ErrorDetail__Output,
} from './generated/peer/datamover/v1/ErrorDetail.js';
import type { PeerDefinition } from './generated/peer/datamover/v1/Peer.js';

const FORMAT = { keepCase: true, enums: String, defaults: true } as const;
const PEER_PROTO = 'datamover/v1/peer.proto';
const CONTROL_PROTO = 'datamover/v1/control.proto';

let peer: PackageDefinition | undefined;
let control: PackageDefinition | undefined;

/** The Peer service; 64-bit numbers are decimal strings. Read from proto/ at first use. */
export function peerDefinition(): PeerDefinition {
  return peerPackage()['datamover.v1.Peer'] as unknown as PeerDefinition;
}

/**
 * The Control service; 64-bit numbers are numbers, and nothing is added to its messages, since
 * JSON output prints them as they are. Read from proto/ at first use. */
export function controlDefinition(): ControlDefinition {
  control ??= loadSync(CONTROL_PROTO, { ...FORMAT, longs: Number, includeDirs: [protoFolder()] });
  return control['datamover.v1.Control'] as unknown as ControlDefinition;
}

/** The message in the trailer of a failed call. */
export function errorDetailType(): MessageTypeDefinition<ErrorDetail, ErrorDetail__Output> {
  return peerPackage()['datamover.v1.ErrorDetail'] as unknown as MessageTypeDefinition<
    ErrorDetail,
    ErrorDetail__Output
  >;
}

function peerPackage(): PackageDefinition {
  peer ??= loadSync(PEER_PROTO, {
    ...FORMAT,
    oneofs: true,
    longs: String,
    includeDirs: [protoFolder()],
  });
  return peer;
}

/** `proto/` at the package root, wherever below it this file was compiled to. */
function protoFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'proto', PEER_PROTO))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(`proto/${PEER_PROTO} is missing from the installation; install it again`);
    }
    folder = parent;
  }
  return join(folder, 'proto');
}
