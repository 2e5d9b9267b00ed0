import type { Device, InterruptLine } from './device.js';
import { type GicBank, lowestBit } from './gic-bank.js';
import type { GicCpuLines } from './gic-cpu.js';
import { MAINTENANCE, virtualLines } from './gic-virtual.js';
import { Gicv2CpuInterface, type Gicv2Fabric } from './gicv2-cpu.js';
import { Gicv2Distributor } from './gicv2-distributor.js';
import { Gicv2VirtualInterface } from './gicv2-virtual.js';

/** Options of {@link Gicv2}. */
export interface Gicv2Options {
  /** Interrupt inputs of the CPUs, 1 to 8 of them. */
  readonly cpus: readonly GicCpuLines[];
  /** Interrupt ids in all, a multiple of 32 up to 1024: 288 on `virt`. */
  readonly lines: number;
  /** Index of the CPU that makes the access being handled. */
  readonly current: () => number;
}

/**
 * Arm GICv2 without the security extensions. A board whose CPUs have EL2 also maps the virtualization extensions:
 * `hypervisorInterface` and `virtualCpuInterface`.
 *
 * @example
 * const gic = new Gicv2({ cpus, lines: 288, current: () => machine.currentCpu });
 * bus.map(0x08000000, gic.distributor);
 * bus.map(0x08010000, gic.cpuInterface);
 */
export class Gicv2 implements Gicv2Fabric {
  /** See {@link Stateful}. */
  readonly stateFields = ['cpus', 'virtual'];
  readonly lines: number;
  readonly distributor: Gicv2Distributor;
  readonly cpus: readonly Gicv2CpuInterface[];
  /** Virtual interfaces, by CPU index. */
  readonly virtual: readonly Gicv2VirtualInterface[];
  /** GICC registers. */
  readonly cpuInterface: Device;
  /** GICH registers. */
  readonly hypervisorInterface: Device;
  /** GICV registers. */
  readonly virtualCpuInterface: Device;

  constructor(options: Gicv2Options) {
    const { current } = options;
    this.lines = options.lines;
    this.distributor = new Gicv2Distributor(options.lines, options.cpus.length, current, () => this.update());
    this.cpus = options.cpus.map((cpu, i) => new Gicv2CpuInterface(i, this, cpu));
    this.virtual = options.cpus.map((cpu, i) => {
      const fabric = { deactivate: (id: number) => id < this.lines && this.deactivate(i, id) };
      return new Gicv2VirtualInterface(fabric, virtualLines(cpu, this.ppi(i, MAINTENANCE)));
    });
    const { cpus, virtual } = this;
    // Each CPU sees its own registers.
    this.cpuInterface = {
      name: 'gicc',
      size: 0x2000,
      stateFields: [],
      read: offset => {
        const value = cpus[current()]?.read(offset) ?? 0;
        this.update();
        return value;
      },
      write: (offset, size, value) => cpus[current()]?.write(offset, size, value),
      reset: () => {
        for (const cpu of cpus) cpu.reset();
      },
    };
    const reset = (): void => {
      for (const cpu of virtual) cpu.reset();
    };
    this.hypervisorInterface = {
      name: 'gich',
      size: 0x1000,
      stateFields: [],
      read: offset => virtual[current()]?.readHypervisor(offset) ?? 0,
      write: (offset, size, value) => virtual[current()]?.writeHypervisor(offset, size, value),
      reset,
    };
    this.virtualCpuInterface = {
      name: 'gicv',
      size: 0x2000,
      stateFields: [],
      read: offset => virtual[current()]?.readGuest(offset) ?? 0,
      write: (offset, size, value) => virtual[current()]?.writeGuest(offset, size, value),
      reset,
    };
  }

  /** Input of shared peripheral interrupt `n`: id 32 + n. */
  spi(n: number): InterruptLine {
    return this.line(this.distributor.shared[(n + 32) >> 5]!, n & 31);
  }

  /** Input of a private peripheral interrupt of one CPU; `id` is 16 to 31. */
  ppi(cpu: number, id: number): InterruptLine {
    return this.line(this.distributor.own[cpu]!, id);
  }

  /** Whether any shared peripheral interrupt could be signalled. */
  get listening(): boolean {
    const { distributor } = this;
    return distributor.shared.some((bank, n) => n > 0 && (bank.enable & distributor.groupMask(bank)) !== 0);
  }

  reset(): void {
    this.distributor.reset();
    this.cpuInterface.reset();
    this.hypervisorInterface.reset();
    this.update();
  }

  update(): void {
    const { distributor, cpus } = this;
    for (const cpu of cpus) {
      cpu.pendingId = 1023;
      cpu.pendingPriority = 0xff;
      this.offer(distributor.own[cpu.index]!, 0, 1 << cpu.index);
    }
    for (let n = 1; n < distributor.shared.length; n++) this.offer(distributor.shared[n]!, 32 * n, 0);
    for (const cpu of cpus) cpu.signal();
  }

  activate(cpu: number, id: number): number {
    const bank = this.distributor.bank(cpu, id >> 5)!;
    const bit = 1 << (id & 31);
    bank.active |= bit;
    let source = 0;
    if (id < 16) {
      const own = this.distributor.own[cpu]!;
      if (own.sources[id] !== 0) source = lowestBit(own.sources[id]!);
      own.sources[id]! &= ~(1 << source);
      if (own.sources[id] === 0) own.pending &= ~bit;
    } else bank.pending &= ~bit;
    this.update();
    return source;
  }

  deactivate(cpu: number, id: number): void {
    this.distributor.bank(cpu, id >> 5)!.active &= ~(1 << (id & 31));
    this.update();
  }

  private line(bank: GicBank, bit: number): InterruptLine {
    return {
      set: level => {
        if (bank.setLevel(bit, level)) this.update();
      },
    };
  }

  /** Lets a bank's candidates compete at each CPU they go to; the lower id wins a tie. */
  private offer(bank: GicBank, first: number, own: number): void {
    let word = bank.pendingNow & bank.enable & ~bank.active & this.distributor.groupMask(bank);
    while (word !== 0) {
      const bit = lowestBit(word);
      word &= word - 1;
      const priority = bank.priority[bit]!;
      let targets = own || this.distributor.targets[first + bit]!;
      while (targets !== 0) {
        const cpu = this.cpus[lowestBit(targets)];
        targets &= targets - 1;
        if (cpu === undefined || priority >= cpu.pendingPriority) continue;
        cpu.pendingPriority = priority;
        cpu.pendingId = first + bit;
        cpu.pendingGroup = ((bank.group >>> bit) & 1) as 0 | 1;
      }
    }
  }
}
