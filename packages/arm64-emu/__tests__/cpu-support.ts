import { Cpu } from '../src/cpu/cpu.js';
import type { CpuPort, TlbControl } from '../src/cpu/cpu-port.js';
import { type CpuModel, max } from '../src/cpu/models.js';
import type { WalkMemory } from '../src/cpu/walk.js';
import { STATE_SIZE } from '../src/engine/state.js';

/** RAM for table walks: physical addresses from `base`. */
export class Ram implements WalkMemory {
  readonly words: Uint32Array;
  readonly changes: number[] = [];
  constructor(
    readonly base = 0x4000_0000,
    readonly size = 0x40_0000,
  ) {
    this.words = new Uint32Array(size / 4);
  }
  wordOf(address: number): number {
    const offset = address - this.base;
    return offset >= 0 && offset + 8 <= this.size && offset % 8 === 0 ? offset / 4 : -1;
  }
  changed(address: number): void {
    this.changes.push(address);
  }
  get(address: number): bigint {
    const at = this.wordOf(address);
    return BigInt(this.words[at]!) | (BigInt(this.words[at + 1]!) << 32n);
  }
  set(address: number, value: bigint): void {
    const at = this.wordOf(address);
    this.words[at] = Number(value & 0xffff_ffffn);
    this.words[at + 1] = Number(value >> 32n);
  }
}

/** Records what a CPU asks of its TLB. */
export class TlbLog implements TlbControl {
  log: string[] = [];
  flushAll(): void {
    this.log.push('all');
  }
  flushPage(lo: number, hi: number): void {
    this.log.push(`page ${((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString(16)}`);
  }
  mayRead(): boolean {
    return false;
  }
  useTables(): void {}
  noteBlock(): void {}
  setAsid(): void {}
  flushAsid(asid: number): void {
    this.log.push(`asid ${asid}`);
  }
  contextChanged(): void {}
}

/** A CPU without an engine: state block, RAM for tables, a counter that tests move. */
export function bench(model: CpuModel = max, more: Partial<CpuPort> = {}) {
  const memory = new ArrayBuffer(STATE_SIZE + 8);
  const ram = new Ram();
  const tlb = new TlbLog();
  const time = { count: 1000n, frequency: 62_500_000 };
  const levels: Record<string, boolean> = {};
  const line = (name: string) => ({
    set: (level: boolean) => {
      levels[name] = level;
    },
  });
  const cpu = new Cpu({
    model,
    index: 0,
    mpidr: 0x8000_0000n,
    memory,
    walk: ram,
    tlb,
    counter: { frequency: time.frequency, physical: () => time.count, virtual: () => time.count },
    instructions: () => time.count,
    lines: { cntp: line('cntp'), cntv: line('cntv'), pmu: line('pmu') },
    call: () => false,
    others: () => {},
    woken: () => {},
    random: () => 0x1234_5678_9abc_def0n,
    ...more,
  });
  cpu.reset();
  cpu.setCurrent(true);
  cpu.attentionWanted = false;
  tlb.log = [];
  return { cpu, ram, tlb, time, levels };
}
