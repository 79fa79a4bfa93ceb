// Original file: proto/datamover/v1/peer.proto


export interface ExpireRequest {
}

export interface ExpireRequest__Output {
}
