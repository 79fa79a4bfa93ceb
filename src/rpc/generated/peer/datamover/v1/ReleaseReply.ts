// Original file: proto/datamover/v1/peer.proto


export interface ReleaseReply {
}

export interface ReleaseReply__Output {
}
