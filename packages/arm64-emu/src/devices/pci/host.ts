import type { AccessSize, Device, InterruptLine } from '../device.js';
import { PciFunction } from './function.js';

const DEVICES = 32;
/** Bytes of configuration space per bus in ECAM. */
const BUS_SIZE = 0x100000;
const ONES = 0xffffffff;

/** Red Hat's generic PCIe host bridge, as QEMU shows it in slot 0. */
const HOST_BRIDGE = {
  vendor: 0x1b36,
  device: 0x0008,
  classCode: 0x060000,
  subsystemVendor: 0x1af4,
  subsystem: 0x1100,
} as const;

/** A window through which the CPUs see PCI memory. CPU and bus addresses are equal. */
export interface PciWindow {
  readonly name: string;
  readonly base: number;
  readonly size: number;
}

/**
 * Generic PCIe host bridge with ECAM (`pci-host-ecam-generic`): bus 0 with up to 31 functions, INTA to INTD.
 * What nobody decodes reads as ones.
 *
 * @example
 * const pci = new PciHost(ecamSize, [3, 4, 5, 6].map(n => gic.spi(n)));
 * pci.add(new VirtioPci(disk));
 * bus.map(0x4010000000, pci.ecam);
 * bus.map(0x10000000, pci.window({ name: 'pci-mmio', base: 0x10000000, size: 0x2eff0000 }));
 */
export class PciHost {
  /** See {@link Stateful}. */
  readonly stateFields = ['functions', 'levels'];
  /** Configuration space of all buses. */
  readonly ecam: Device & { readonly host: PciHost };
  private readonly functions: (PciFunction | undefined)[] = [new PciFunction('host bridge', HOST_BRIDGE)];
  /** Levels of the pins of each slot. */
  private readonly levels = new Uint8Array(DEVICES);

  /**
   * @param ecamSize bytes: 1 MiB for each bus
   * @param lines INTA to INTD
   */
  constructor(
    ecamSize: number,
    private readonly lines: readonly InterruptLine[],
  ) {
    this.ecam = {
      name: 'pci-ecam',
      stateFields: ['host'],
      host: this,
      size: ecamSize,
      read: (offset: number, size: AccessSize) => this.at(offset)?.readConfig(offset & 0xfff, size) ?? ONES,
      write: (offset: number, size: AccessSize, value: number) =>
        this.at(offset)?.writeConfig(offset & 0xfff, size, value),
      reset: () => {
        for (const pci of this.functions) pci?.reset();
      },
    };
  }

  /** Plugs a function into the next free slot, or the one given; throws a RangeError when there is none. */
  add(pci: PciFunction, slot = this.functions.length): number {
    if (!(slot > 0 && slot < DEVICES) || this.functions[slot] !== undefined)
      throw new RangeError(`PCI slot ${slot} is not free`);
    this.functions[slot] = pci;
    pci.line = {
      set: level => {
        this.levels[slot] = level ? 1 : 0;
        this.update(slot % 4);
      },
    };
    return slot;
  }

  /** A memory window to be mapped at its base. */
  window({ name, base, size }: PciWindow): Device {
    const find = (address: number, width: number) => {
      for (const pci of this.functions) {
        const hit = pci?.decode(address, width);
        if (hit !== undefined) return hit;
      }
      return undefined;
    };
    return {
      name,
      size,
      stateFields: [],
      read: (offset: number, width: AccessSize) => {
        const hit = find(base + offset, width);
        return hit === undefined ? ONES : hit.bar.read(hit.offset, width);
      },
      write: (offset: number, width: AccessSize, value: number) => {
        const hit = find(base + offset, width);
        hit?.bar.write(hit.offset, width, value);
      },
      reset: () => {},
    };
  }

  /** The window of I/O ports, in which no function here decodes anything. */
  ports(size: number): Device {
    return { name: 'pci-pio', size, stateFields: [], read: () => ONES, write: () => {}, reset: () => {} };
  }

  private at(offset: number): PciFunction | undefined {
    if (offset >= BUS_SIZE || (offset >> 12) & 7) return undefined;
    return this.functions[offset >> 15];
  }

  /** Pin A of slot n is wired to line n modulo 4. */
  private update(line: number): void {
    let level = false;
    for (let slot = line; slot < DEVICES; slot += 4) level ||= this.levels[slot] === 1;
    this.lines[line]?.set(level);
  }
}
