/**
 * The board that the sample firmware is for: the addresses of Apple's A12 and A12Z as far as it has the parts, RAM
 * where the experiment had it, and PSCI, which Apple's chips do not have. Device tree and machine are both made from
 * this. Addresses are physical, sizes in bytes, rates in Hz.
 */
export const SAMPLE_BOARD = {
  model: 'boot-recipes sample board',
  compatible: ['boot-recipes,sample-t8020'],
  ram: 0x40000000,
  /** Counter rate of Apple's chips. */
  timebase: 24_000_000,
  /** What `/arm-io ranges` maps: devices' addresses count from here. */
  soc: { base: 0x200000000, size: 0x100000000 },
  uart: { base: 0x235200000, size: 0x4000, interrupt: 0x90 },
  aic: { base: 0x23b100000, size: 0x9000 },
  cpu: { compatible: ['apple,vortex', 'ARM,v8'] },
} as const;
