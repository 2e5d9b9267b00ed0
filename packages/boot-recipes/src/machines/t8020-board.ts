/**
 * The board of the experiment: Apple's T8020 and T8027 (A12, A12X, A12Z) as far as an XNU kernel needs one before its
 * drivers. Physical addresses, sizes in bytes, rates in Hz.
 */
export const T8020_BOARD = {
  /** Where the experiment had it; Apple's chips have it at 0x800000000, which the kernel does not care about. */
  ram: 0x40000000,
  timebase: 24_000_000,
  uart: { base: 0x235200000, size: 0x4000, interrupt: 0x90 },
  uart1: { base: 0x235204000, size: 0x4000, interrupt: 0x91 },
  aic: { base: 0x23b100000, lines: 0x240 },
  amcc: { base: 0x200000000, size: 0x300000, planes: { count: 4, stride: 0x40000 } },
  /** Blocks that platform drivers touch: reads return what was written, 0 at first, and every access is logged. */
  stubs: [
    { name: 'amcc-upper', base: 0x200300000, size: 0x100000 },
    { name: 'aio', base: 0x210000000, size: 0x10000000 },
    { name: 'soc-23b040000', base: 0x23b040000, size: 0x1000 },
    { name: 'soc-23b0c4000', base: 0x23b0c4000, size: 0x1000 },
    { name: 'soc-23b288000', base: 0x23b288000, size: 0x34000 },
    { name: 'soc-23c100000', base: 0x23c100000, size: 0x1000 },
    { name: 'soc-23d1f0000', base: 0x23d1f0000, size: 0x4000 },
    { name: 'soc-23d2bc000', base: 0x23d2bc000, size: 0x1000 },
    { name: 'soc-23e820000', base: 0x23e820000, size: 0x4000 },
    { name: 'soc-24a820000', base: 0x24a820000, size: 0x4000 },
    { name: 'soc-24ac04000', base: 0x24ac04000, size: 0x4000 },
  ],
} as const;
