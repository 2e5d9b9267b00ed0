import type { XnuTreeBoard } from '../xnu/virt-tree.js';

/**
 * The memory map of Apple's virtual machines as far as a kernel that is loaded directly needs it. Physical addresses,
 * sizes in bytes, rates in Hz; interrupts are shared peripheral ones (INTID - 32).
 */
export const VMAPPLE_BOARD = {
  ram: 0x70000000,
  timebase: 24_000_000,
  gic: { distributor: 0x10000000, redistributors: 0x10010000, lines: 256 },
  uart: { base: 0x20010000, interrupt: 1 },
  rtc: { base: 0x20050000, interrupt: 2 },
  gpio: { base: 0x20060000, interrupt: 3 },
  pvpanic: 0x20070000,
  /** Configuration space of 16 buses, the window for devices, and INTA to INTD. */
  pcie: { ecam: 0x40000000, ecamSize: 0x1000000, window: 0x50000000, windowSize: 0x1fff0000, interrupt: 0x20 },
  /** What only the platform's boot loader and display use. */
  stubs: [
    { name: 'config', base: 0x00400000, size: 0x10000 },
    { name: 'boot-block', base: 0x30000000, size: 0x200000 },
    { name: 'display', base: 0x30200000, size: 0x10000 },
    { name: 'aes', base: 0x30220000, size: 0x20000 },
  ],
} as const;

/** The same for a device tree. */
export const VMAPPLE_TREE_BOARD: XnuTreeBoard = {
  model: 'boot-recipes vmapple',
  soc: { base: 0x10000000, size: 0x60000000 },
  gicDistributor: VMAPPLE_BOARD.gic.distributor,
  gicRedistributors: VMAPPLE_BOARD.gic.redistributors,
  uart: VMAPPLE_BOARD.uart.base,
  uartInterrupt: VMAPPLE_BOARD.uart.interrupt,
  pcie: VMAPPLE_BOARD.pcie,
};
