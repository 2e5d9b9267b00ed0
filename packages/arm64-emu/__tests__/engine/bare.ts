import type { CpuEventName } from '../../src/a64/spec/index.js';
import { Engine, type EngineOptions } from '../../src/engine/engine.js';
import { type CpuHost, FETCH, WRITE } from '../../src/engine/host.js';
import { STATE, vAddress, xAddress } from '../../src/engine/state.js';
import { fpOperation } from '../../src/fp/ops.js';

export const RAM = 0x4000_0000;
export const RAM_SIZE = 0x10_0000;
export const DEVICE = 0x0900_0000;

/** A CPU without a system architecture: addresses are physical, exceptions are recorded and stop the run. */
export class BareHost implements CpuHost {
  readonly translation = { pa: 0, device: false, nG: false, user: false, guarded: false, keep: true };
  attentionWanted = false;
  readonly log: string[] = [];
  /** Pages that cannot be accessed, and that cannot be written. */
  readonly missing = new Set<number>();
  readonly readOnly = new Set<number>();
  /** Physical pages of pages that are not mapped to themselves. */
  readonly mapped = new Map<number, number>();
  fpDisabled = false;
  translations = 0;
  private pending = '';
  engine!: Engine;

  translate(lo: number, hi: number, access: number): boolean {
    this.translations++;
    const page = lo >>> 12;
    const refused = this.missing.has(page) || (access === WRITE && this.readOnly.has(page));
    if (hi !== 0 || refused || (access === FETCH && (lo & 3) !== 0)) return this.record('abort', lo, access);
    this.translation.pa = (this.mapped.get(page) ?? page) * 0x1000 + (lo & 0xfff);
    return true;
  }
  private record(what: string, lo: number, access: number): false {
    this.pending = `${what} ${['read', 'write', 'fetch'][access]} ${(lo >>> 0).toString(16)}`;
    return false;
  }
  alignmentFault(lo: number, _hi: number, access: number): void {
    this.record('alignment', lo, access);
  }
  externalAbort(lo: number, _hi: number, access: number): void {
    this.record('external', lo, access);
  }
  private stop(text: string): void {
    this.log.push(`${text} at ${this.engine.view.getBigUint64(STATE.PC, true).toString(16)}`);
    this.attentionWanted = true;
  }
  raise(): void {
    this.stop(this.pending);
  }
  exception(ec: number, iss: number): void {
    this.stop(`exception ${ec.toString(16)} ${iss}`);
  }
  event(event: CpuEventName): void {
    this.stop(event);
  }
  deliverInterrupt(): boolean {
    return false;
  }
  sysRead(): bigint {
    return 0x5555n;
  }
  sysWrite(): 0 {
    return 0;
  }
  sysAccess() {
    return { minEl: 0 };
  }
  sysName(): undefined {
    return undefined;
  }
  branchTargetStrict(): boolean {
    return false;
  }
  fpTrapped(): boolean {
    return this.fpDisabled;
  }
}

/** Every way to execute. */
export const EXECUTIONS: readonly Pick<EngineOptions, 'mode' | 'compiler'>[] = [
  { mode: 'interpreter' },
  { mode: 'auto', compiler: { threshold: 50 } },
  { mode: 'compiled' },
];

export interface Bench {
  readonly engine: Engine;
  readonly host: BareHost;
  /** Writes words and sets PC there. */
  code(words: readonly number[], at?: number): void;
  x(n: number): bigint;
  setX(n: number, value: bigint): void;
  setV(n: number, low: bigint, high: bigint): void;
  pc(): number;
  /** Runs until the host stops or the count is reached. */
  run(count: number): number;
}

/** An engine with RAM and a host. `io` sees device accesses. */
export function bench(options: Partial<EngineOptions> = {}): Bench {
  const io = options.io ?? { read: () => undefined, write: () => false };
  const engine = new Engine({ memory: [{ base: RAM, size: RAM_SIZE }], fp: fpOperation, ...options, io });
  const host = new BareHost();
  host.engine = engine;
  engine.attach(0, host);
  engine.select(0);
  const { view } = engine;
  view.setBigUint64(STATE.CURRENT_EL, 4n, true);
  view.setBigUint64(STATE.EXCLUSIVE_ADDRESS, 0xffff_ffff_ffff_ffffn, true);
  engine.contextChanged();
  return {
    engine,
    host,
    code(words, at = RAM) {
      engine.memory.write(at, new Uint8Array(Uint32Array.from(words).buffer));
      view.setBigUint64(STATE.PC, BigInt(at), true);
    },
    x: n => view.getBigUint64(xAddress(n), true),
    setX: (n, value) => view.setBigUint64(xAddress(n), BigInt.asUintN(64, value), true),
    setV: (n, low, high) => {
      view.setBigUint64(vAddress(n), BigInt.asUintN(64, low), true);
      view.setBigUint64(vAddress(n) + 8, BigInt.asUintN(64, high), true);
    },
    pc: () => Number(view.getBigUint64(STATE.PC, true)),
    run(count) {
      host.attentionWanted = false;
      return engine.run(count);
    },
  };
}
