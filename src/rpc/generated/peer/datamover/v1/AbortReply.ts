// Original file: proto/datamover/v1/peer.proto


export interface AbortReply {
}

export interface AbortReply__Output {
}
