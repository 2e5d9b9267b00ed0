/** The sample kernel's limit. */
export const MOST_SAMPLE_CPUS = 4;

/**
 * The board that the sample firmware is for: the addresses of Apple's A12 and A12Z as far as it has the parts, RAM
 * where the experiment had it, and two things that Apple's chips have not or have otherwise: PSCI, and plain PCI
 * Express for a disk. Device tree and machine are both made from
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
  uart1: { base: 0x235204000, size: 0x4000, interrupt: 0x91 },
  aic: { base: 0x23b100000, size: 0x9000, lines: 0x240 },
  /** Configuration space of one bus, the window for devices, and INTA to INTD. */
  pcie: { ecam: 0x290000000, ecamSize: 0x100000, window: 0x2a0000000, windowSize: 0x1000000, interrupt: 0x100 },
  cpu: { compatible: ['apple,vortex', 'ARM,v8'] },
} as const;
