/** Physical address and size, in bytes. */
export interface MapEntry {
  readonly base: number;
  readonly size: number;
}

const MIB = 0x100000;

/** Address map of QEMU 7.2's `virt` machine: the parts that exist here. */
export const VIRT_MAP = {
  /** Two banks of half the size each. */
  flash: { base: 0x00000000, size: 128 * MIB },
  gicDistributor: { base: 0x08000000, size: 0x10000 },
  /** GICv2 only. */
  gicCpu: { base: 0x08010000, size: 0x10000 },
  /** GICv2 with EL2: GICH and GICV. */
  gicHypervisor: { base: 0x08030000, size: 0x10000 },
  gicVirtualCpu: { base: 0x08040000, size: 0x10000 },
  /** GICv3 only: room for 123 CPUs. */
  gicRedistributor: { base: 0x080a0000, size: 0xf60000 },
  uart: { base: 0x09000000, size: 0x1000 },
  rtc: { base: 0x09010000, size: 0x1000 },
  fwCfg: { base: 0x09020000, size: 0x18 },
  gpio: { base: 0x09030000, size: 0x1000 },
  /** The first of 32 transports. */
  virtioMmio: { base: 0x0a000000, size: 0x200 },
  platformBus: { base: 0x0c000000, size: 32 * MIB },
  pcieMmio: { base: 0x10000000, size: 0x2eff0000 },
  pciePio: { base: 0x3eff0000, size: 0x10000 },
  /** Configuration space of 16 buses, when the high one is off. */
  pcieEcamLow: { base: 0x3f000000, size: 16 * MIB },
  pcieEcam: { base: 0x40_1000_0000, size: 256 * MIB },
  pcieMmioHigh: { base: 0x80_0000_0000, size: 0x80_0000_0000 },
  /** RAM; its size is the machine's choice. */
  ram: { base: 0x40000000, size: 255 * 1024 * MIB },
} as const satisfies Record<string, MapEntry>;

/** Shared peripheral interrupts of `virt`: INTID is 32 more. */
export const VIRT_IRQ = {
  uart: 1,
  rtc: 2,
  /** The first of four: INTA to INTD. */
  pcie: 3,
  gpio: 7,
  /** The first of 32. */
  virtioMmio: 16,
} as const;

/** Private peripheral interrupts: INTID is 16 more. */
export const VIRT_PPI = {
  pmu: 7,
  gicMaintenance: 9,
  hypervisorTimer: 10,
  hypervisorVirtualTimer: 12,
  virtualTimer: 11,
  secureTimer: 13,
  physicalTimer: 14,
} as const;

/** Interrupt ids of the GIC: 32 private ones and 256 shared. */
export const VIRT_GIC_LINES = 288;
/** Number of virtio-mmio transports. */
export const VIRTIO_MMIO_SLOTS = 32;

/** Affinity (Aff1.Aff0) of CPU `index`: clusters as large as the GIC's target lists. */
export function virtAffinity(index: number, gic: 2 | 3): number {
  const cluster = gic === 3 ? 16 : 8;
  return (Math.floor(index / cluster) << 8) | (index % cluster);
}
