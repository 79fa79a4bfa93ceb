// Original file: proto/datamover/v1/peer.proto


export interface FeedbackReply {
}

export interface FeedbackReply__Output {
}
