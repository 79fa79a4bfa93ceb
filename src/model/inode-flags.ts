/** Bits of FS_IOC_GETFLAGS that mean the same everywhere. */
export const FLAG_SYNC = 0x8;
export const FLAG_IMMUTABLE = 0x10;
export const FLAG_APPEND = 0x20;
export const FLAG_NODUMP = 0x40;
export const FLAG_NOATIME = 0x80;
export const FLAG_NOCOW = 0x800000;
