// Original file: proto/datamover/v1/peer.proto


export interface HoldReply {
}

export interface HoldReply__Output {
}
