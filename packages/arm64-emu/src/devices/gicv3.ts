import type { InterruptLine } from './device.js';
import { type GicBank, lowestBit } from './gic-bank.js';
import type { GicCpu } from './gic-cpu.js';
import { MAINTENANCE, virtualLines } from './gic-virtual.js';
import { type GicFabric, Gicv3CpuInterface } from './gicv3-cpu.js';
import { Gicv3Distributor } from './gicv3-distributor.js';
import { Gicv3Redistributor, Gicv3Redistributors } from './gicv3-redistributor.js';
import { Gicv3VirtualInterface } from './gicv3-virtual.js';

/** Options of {@link Gicv3}. */
export interface Gicv3Options {
  readonly cpus: readonly GicCpu[];
  /** Interrupt ids in all, a multiple of 32 up to 1024: 288 on `virt`. */
  readonly lines: number;
  /** Bytes of address space of the redistributors; what they need by default. */
  readonly redistributorSize?: number;
}

/**
 * Arm GICv3 with one security state, affinity routing and no LPIs. Group 0 interrupts a CPU as FIQ, group 1 as IRQ.
 *
 * @example
 * const gic = new Gicv3({ cpus, lines: 288 });
 * bus.map(0x08000000, gic.distributor);
 * bus.map(0x080a0000, gic.redistributors);
 * gic.spi(1).set(true); // INTID 33
 */
export class Gicv3 implements GicFabric {
  /** See {@link Stateful}. */
  readonly stateFields = ['cpus', 'virtual'];
  readonly lines: number;
  readonly distributor: Gicv3Distributor;
  readonly redistributors: Gicv3Redistributors;
  /** By CPU index; system registers go here through `iccRegisters`. */
  readonly cpus: readonly Gicv3CpuInterface[];
  /** Virtual interfaces, by CPU index. */
  readonly virtual: readonly Gicv3VirtualInterface[];

  constructor(options: Gicv3Options) {
    this.lines = options.lines;
    const update = (): void => this.update();
    const indices = new Map(options.cpus.map((cpu, i) => [cpu.affinity >>> 0, i]));
    this.distributor = new Gicv3Distributor(options.lines, affinity => indices.get(affinity) ?? -1, update);
    const frames = options.cpus.map(
      ({ affinity }, i) => new Gicv3Redistributor(i, affinity >>> 0, i === options.cpus.length - 1, update),
    );
    this.redistributors = new Gicv3Redistributors(frames, options.redistributorSize);
    this.cpus = options.cpus.map((cpu, i) => new Gicv3CpuInterface(i, this, cpu));
    this.virtual = options.cpus.map((cpu, i) => {
      const fabric = { deactivate: (id: number) => id < this.lines && this.deactivate(i, id) };
      return new Gicv3VirtualInterface(fabric, virtualLines(cpu, this.ppi(i, MAINTENANCE)));
    });
  }

  /** Input of shared peripheral interrupt `n`: INTID 32 + n. */
  spi(n: number): InterruptLine {
    return this.line(this.distributor.banks[(n + 32) >> 5]!, n & 31);
  }

  /** Input of a private peripheral interrupt of one CPU; `id` is its INTID, 16 to 31. */
  ppi(cpu: number, id: number): InterruptLine {
    return this.line(this.redistributors.list[cpu]!.bank, id);
  }

  /** Whether any shared peripheral interrupt could be signalled. */
  get listening(): boolean {
    const { distributor } = this;
    return distributor.banks.some((bank, n) => n > 0 && (bank.enable & distributor.groupMask(bank)) !== 0);
  }

  reset(): void {
    this.distributor.reset();
    this.redistributors.reset();
    for (const cpu of [...this.cpus, ...this.virtual]) cpu.reset();
    this.update();
  }

  update(): void {
    const { distributor, cpus } = this;
    const { banks, target } = distributor;
    for (const cpu of cpus) {
      cpu.pendingId = 1023;
      cpu.pendingPriority = 0xff;
      this.offer(this.redistributors.list[cpu.index]!.bank, 0, cpu);
    }
    for (let n = 1; n < banks.length; n++) this.offer(banks[n]!, 32 * n, undefined, target);
    for (const cpu of cpus) cpu.signal();
  }

  activate(cpu: number, id: number): void {
    const bank = this.bankOf(cpu, id);
    bank.active |= 1 << (id & 31);
    bank.pending &= ~(1 << (id & 31));
    this.update();
  }

  deactivate(cpu: number, id: number): void {
    this.bankOf(cpu, id).active &= ~(1 << (id & 31));
    this.update();
  }

  sendSgi(group: 0 | 1, id: number, targets: (affinity: number, cpu: number) => boolean): void {
    for (const { affinity, bank, index } of this.redistributors.list)
      if (targets(affinity, index) && ((bank.group >>> id) & 1) === group) bank.pending |= 1 << id;
    this.update();
  }

  private bankOf(cpu: number, id: number): GicBank {
    return id < 32 ? this.redistributors.list[cpu]!.bank : this.distributor.banks[id >> 5]!;
  }

  private line(bank: GicBank, bit: number): InterruptLine {
    return {
      set: level => {
        if (bank.setLevel(bit, level)) this.update();
      },
    };
  }

  /** Lets a bank's candidates compete for the place of the highest priority; the lower id wins a tie. */
  private offer(bank: GicBank, first: number, own: Gicv3CpuInterface | undefined, target?: Int16Array): void {
    let word = bank.pendingNow & bank.enable & ~bank.active & this.distributor.groupMask(bank);
    while (word !== 0) {
      const bit = lowestBit(word);
      word &= word - 1;
      const cpu = own ?? this.cpus[target![first + bit]!];
      const priority = bank.priority[bit]!;
      if (cpu === undefined || priority >= cpu.pendingPriority) continue;
      cpu.pendingPriority = priority;
      cpu.pendingId = first + bit;
      cpu.pendingGroup = ((bank.group >>> bit) & 1) as 0 | 1;
    }
  }
}
