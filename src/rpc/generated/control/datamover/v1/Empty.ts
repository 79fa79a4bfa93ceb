// Original file: proto/datamover/v1/control.proto


export interface Empty {
}

export interface Empty__Output {
}
