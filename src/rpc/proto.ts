import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf, { type IConversionOptions } from 'protobufjs';
import type { ControlDefinition } from './generated/control/datamover/v1/Control.js';
import type {
  ErrorDetail,
  ErrorDetail__Output,
} from './generated/peer/datamover/v1/ErrorDetail.js';
import type { PeerDefinition } from './generated/peer/datamover/v1/Peer.js';
import { type MessageCodec, messageCodec, serviceDefinition } from './service-definition.js';

const PEER_PROTO = 'datamover/v1/peer.proto';
const CONTROL_PROTO = 'datamover/v1/control.proto';
const PEER_FORMAT = { enums: String, defaults: true, oneofs: true, longs: String } as const;
const CONTROL_FORMAT = { enums: String, defaults: true, longs: Number } as const;

let peer: PeerDefinition | undefined;
let control: ControlDefinition | undefined;
let errorDetail: MessageCodec<ErrorDetail, ErrorDetail__Output> | undefined;
let peerRoot: protobuf.Root | undefined;

/** The Peer service; 64-bit numbers are decimal strings. Read from proto/ at first use. */
export function peerDefinition(): PeerDefinition {
  peer ??= serviceOf<PeerDefinition>(peerMessages(), 'datamover.v1.Peer', PEER_FORMAT);
  return peer;
}

/**
 * The Control service; 64-bit numbers are numbers, and nothing is added to its messages, since
 * JSON output prints them as they are. Read from proto/ at first use. */
export function controlDefinition(): ControlDefinition {
  control ??= serviceOf<ControlDefinition>(
    readProto(CONTROL_PROTO),
    'datamover.v1.Control',
    CONTROL_FORMAT,
  );
  return control;
}

/** The message in the trailer of a failed call. */
export function errorDetailType(): MessageCodec<ErrorDetail, ErrorDetail__Output> {
  errorDetail ??= messageCodec(
    peerMessages().lookupType('datamover.v1.ErrorDetail'),
    PEER_FORMAT,
  ) as MessageCodec<ErrorDetail, ErrorDetail__Output>;
  return errorDetail;
}

/** Its generated type tells what messages its methods take, which its making cannot know. */
function serviceOf<T>(root: protobuf.Root, name: string, format: IConversionOptions): T {
  return serviceDefinition(root.lookupService(name), format) as unknown as T;
}

function peerMessages(): protobuf.Root {
  peerRoot ??= readProto(PEER_PROTO);
  return peerRoot;
}

function readProto(file: string): protobuf.Root {
  const folder = protoFolder();
  const root = new protobuf.Root();
  root.resolvePath = (_from, path) => join(folder, path);
  return root.loadSync(file, { keepCase: true });
}

/** `proto/` at the package root, wherever below it this file was compiled to. */
function protoFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  // Not `existsSync`: that asks what the user may do, without the capabilities of an agent that is not root.
  const isThere = (path: string): boolean =>
    statSync(path, { throwIfNoEntry: false }) !== undefined;
  while (!isThere(join(folder, 'proto', PEER_PROTO))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw new Error(`proto/${PEER_PROTO} is missing from the installation; install it again`);
    }
    folder = parent;
  }
  return join(folder, 'proto');
}
