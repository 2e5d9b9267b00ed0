/** The emulator under test, as a user process sees it: EL0, three regions of memory, faults as signals. */
import '../src/a64/index.js';
import { Decoder, ExceptionClass, type SysRegAccess } from '../src/a64/spec/index.js';
import { Engine } from '../src/engine/engine.js';
import {
  type AccessKind,
  type CpuHost,
  FETCH,
  READ,
  SYS_CONTINUE,
  SYS_TRAP,
  type SysResult,
  type Translation,
  WRITE,
} from '../src/engine/host.js';
import { STATE } from '../src/engine/state.js';
import { EvaluatorFault, evaluate } from '../src/eval/evaluator.js';
import { fpOperation } from '../src/fp/ops.js';
import * as p from './protocol.js';

/** What one test left behind. */
export interface Outcome {
  signal: number;
  address: bigint;
  pc: bigint;
  memory: number;
}

class UserHost implements CpuHost {
  signal = 0;
  address = 0n;
  attentionWanted = false;
  /** What cannot be fetched ends the run. */
  stopsAtEpilogue = false;
  private found = { pa: 0, device: false, nG: false, user: true, guarded: false, keep: true };
  private pending: { signal: number; address: bigint } | undefined;

  get translation(): Translation {
    return this.found;
  }
  translate(lo: number, hi: number, access: AccessKind): boolean {
    const a = lo >>> 0;
    const misaligned = access === FETCH && (lo & 3) !== 0;
    const data = a >= p.DATA && a < p.DATA + p.DATA_SIZE;
    const code =
      (a >= p.CODE && a < p.EPILOGUE) ||
      (a >= p.BRANCH && a < p.BRANCH + p.BRANCH_SLOTS * p.BRANCH_SLOT) ||
      (a >= p.STREAM && a < p.STREAM + p.SLOTS * p.STREAM_SLOT);
    // The top byte of an address does not count (TBI).
    if ((hi & 0xffffff) === 0 && ((data && access !== FETCH) || (code && access !== WRITE && !misaligned))) {
      this.found.pa = a;
      return true;
    }
    if (access !== FETCH) this.fault(p.Signal.SEGV, lo, hi);
    return false;
  }
  private fault(signal: number, lo: number, hi: number): void {
    this.pending = { signal, address: (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0) };
  }
  alignmentFault(lo: number, hi: number): void {
    this.fault(p.Signal.BUS, lo, hi);
  }
  externalAbort(lo: number, hi: number): void {
    this.fault(p.Signal.BUS, lo, hi);
  }
  raise(): void {
    if (this.pending) {
      this.signal = this.pending.signal;
      this.address = this.pending.address;
      this.attentionWanted = true;
    } else if (this.stopsAtEpilogue) this.attentionWanted = true;
    this.pending = undefined;
  }
  exception(ec: number): void {
    this.attentionWanted = true;
    this.signal = ec === ExceptionClass.brk ? p.Signal.TRAP : ec === ExceptionClass.pcAlignment ? 0 : p.Signal.ILL;
  }
  event(): void {}
  deliverInterrupt(): boolean {
    return false;
  }
  sysRead(): bigint | undefined {
    this.pending = { signal: p.Signal.ILL, address: 0n };
    return undefined;
  }
  sysWrite(key: number): SysResult {
    // PSTATE.SSBS and DIT may be set by user code and have no effect here.
    if (key === 0xda15 || key === 0xda16) return SYS_CONTINUE;
    this.pending = { signal: p.Signal.ILL, address: 0n };
    return SYS_TRAP;
  }
  sysAccess(): SysRegAccess {
    return { minEl: 0 };
  }
  sysName(): undefined {
    return undefined;
  }
  branchTargetStrict(): boolean {
    return false;
  }
  fpTrapped(): boolean {
    return false;
  }
}

/** `b .` */
const BRANCH_TO_SELF = 0x14000000;
/** More instructions than the engine runs one by one. */
const LOOPS = 2500;

/** What executes: the generated interpreter, compiled regions, or the evaluator in plain TypeScript. */
export const ENGINES = ['interpreter', 'compiled', 'reference'] as const;
export type EngineName = (typeof ENGINES)[number];

/** Runs single instructions. */
export class Subject {
  readonly engine: Engine;
  private readonly host = new UserHost();
  private readonly bytes: Uint8Array;
  private readonly data: Uint32Array;
  private readonly clean: Uint32Array;
  private readonly code: Uint32Array;
  private readonly branches: Uint32Array;
  private readonly streams: Uint32Array;

  private readonly decoder = new Decoder(undefined);

  constructor(private readonly name: EngineName = 'interpreter') {
    this.engine = new Engine({
      memory: [
        { base: p.CODE, size: p.SLOTS * p.SLOT },
        { base: p.BRANCH, size: p.BRANCH_SLOTS * p.BRANCH_SLOT },
        { base: p.STREAM, size: p.SLOTS * p.STREAM_SLOT },
        { base: p.DATA, size: p.DATA_SIZE },
      ],
      io: { read: () => undefined, write: () => false },
      fp: fpOperation,
      mode: name === 'compiled' ? 'compiled' : 'interpreter',
    });
    this.host.stopsAtEpilogue = name === 'compiled';
    this.engine.attach(0, this.host);
    this.engine.select(0);
    const { buffer, memory } = this.engine;
    this.bytes = new Uint8Array(buffer);
    const words = (base: number, size: number): Uint32Array =>
      new Uint32Array(buffer, memory.find(base)!.host, size / 4);
    this.data = words(p.DATA, p.DATA_SIZE);
    this.code = words(p.CODE, p.SLOTS * p.SLOT);
    this.branches = words(p.BRANCH, p.BRANCH_SLOTS * p.BRANCH_SLOT);
    this.streams = words(p.STREAM, p.SLOTS * p.STREAM_SLOT);
    this.clean = Uint32Array.from({ length: p.DATA_SIZE / 4 }, (_, i) => p.pristine(i));
    this.data.set(this.clean);
    for (let i = 0; i < p.SLOTS; i++) {
      const toEpilogue = (0x14000000 | ((p.EPILOGUE - p.CODE - i * p.SLOT - 8) >> 2)) >>> 0;
      this.code.set([p.RELOAD, 0, toEpilogue, p.BRK], i * 4);
    }
    this.branches.fill(p.BRK);
    for (let i = 0; i < p.BRANCH_SLOTS; i++) this.branches[(i * p.BRANCH_SLOT + p.BRANCH_AT) / 4 - 1] = p.RELOAD;
    this.engine.contextChanged();
  }

  /** Puts the words of a batch in place; returns the address of each. */
  load(view: DataView, count: number): number[] {
    const at: number[] = [];
    let branch = 0;
    for (let i = 0; i < count; i++) {
      const word = view.getUint32(i * p.REQUEST_BYTES + 4, true);
      if (view.getUint32(i * p.REQUEST_BYTES, true) & p.Kind.STREAM) {
        const length = view.getUint32(i * p.REQUEST_BYTES + 12, true);
        const slot = (i * p.STREAM_SLOT) / 4;
        for (let k = 0; k < length; k++)
          this.streams[slot + 1 + k] = view.getUint32(i * p.REQUEST_BYTES + p.REQUEST_WORDS + k * 4, true);
        this.streams[slot + 1 + length] = BRANCH_TO_SELF;
        at.push(p.STREAM + i * p.STREAM_SLOT + length * 4);
        continue;
      }
      if (view.getUint32(i * p.REQUEST_BYTES, true) & p.Kind.BRANCH) {
        const offset = branch++ * p.BRANCH_SLOT + p.BRANCH_AT;
        this.branches[offset / 4] = word;
        at.push(p.BRANCH + offset);
      } else {
        const prefixed = view.getUint32(i * p.REQUEST_BYTES, true) & p.Kind.PREFIX ? 1 : 0;
        const last = p.CODE + i * p.SLOT + p.SLOT_AT + prefixed * 4;
        if (prefixed) this.code[i * 4 + 1] = view.getUint32(i * p.REQUEST_BYTES + 8, true);
        const toEpilogue = (0x14000000 | (((p.EPILOGUE - last - 4) >> 2) & 0x3ffffff)) >>> 0;
        this.code.set(prefixed ? [word, toEpilogue] : [word, toEpilogue, p.BRK], i * 4 + 1 + prefixed);
        at.push(last);
      }
    }
    this.engine.invalidate(p.STREAM, p.SLOTS * p.STREAM_SLOT);
    this.engine.invalidate(p.CODE, p.SLOTS * p.SLOT);
    this.engine.invalidate(p.BRANCH, p.BRANCH_SLOTS * p.BRANCH_SLOT);
    return at;
  }

  /** Runs the instruction at `pc` from the state at `state` of `from`. */
  run(from: Uint8Array, state: number, pc: number, kind: number, length: number): Outcome {
    const { bytes, host, engine } = this;
    const { view } = engine;
    const input = new DataView(from.buffer, from.byteOffset + state, p.STATE_BYTES);
    bytes.set(from.subarray(state + p.X, state + p.X + 256), STATE.X);
    bytes.set(from.subarray(state + p.V, state + p.V + 512), STATE.V);
    view.setUint32(STATE.NZCV, input.getUint32(p.NZCV, true), true);
    view.setBigUint64(STATE.FPCR, BigInt(input.getUint32(p.FPCR, true)), true);
    view.setBigUint64(STATE.FPSR, BigInt(input.getUint32(p.FPSR, true)), true);
    view.setBigUint64(STATE.PC, BigInt(pc - (length - 1) * 4), true);
    view.setBigUint64(STATE.EXCLUSIVE_ADDRESS, 0xffffffffffffffffn, true);
    host.signal = 0;
    host.attentionWanted = false;
    host.address = 0n;
    // A stream ends in a branch to itself, so that it can be run in one go, by the fast loop.
    if (kind & p.Kind.STREAM && this.name !== 'reference') engine.run(length + LOOPS);
    else if (this.name === 'compiled') this.runCompiled(length, pc);
    else
      for (let i = 0; i < length && host.signal === 0; i++) {
        if (this.name === 'interpreter') engine.run(1);
        else this.evaluateOne();
      }
    let hash = 0;
    if (kind & p.Kind.MEMORY) {
      hash = p.memoryHash(this.data, this.clean);
      if (hash !== 0) this.data.set(this.clean);
    }
    return { signal: host.signal, address: host.address, pc: view.getBigUint64(STATE.PC, true), memory: hash };
  }
  /** Runs the instruction before `pc + 4` together with the one that it leads to: a branch to the epilogue, or a BRK. */
  private runCompiled(length: number, pc: number): void {
    const { host, engine } = this;
    const { view } = engine;
    const executed = engine.run(length + LOOPS);
    if (
      host.signal === p.Signal.NONE &&
      view.getBigUint64(STATE.PC, true) === BigInt(p.EPILOGUE) &&
      executed > length + 1
    )
      view.setBigUint64(STATE.PC, BigInt(pc + 4), true);
    else if (host.signal === p.Signal.TRAP && executed === length + 1) host.signal = p.Signal.NONE;
  }
  private hostOf(pc: bigint): number {
    const region = this.engine.memory.find(Number(pc))!;
    return region.host + Number(pc) - region.base;
  }
  /** One instruction in the evaluator, on the same state and memory. */
  private evaluateOne(): void {
    const { host, engine, bytes } = this;
    const { view, memory } = engine;
    const pc = view.getBigUint64(STATE.PC, true);
    const decoded = this.decoder.decode(view.getInt32(this.hostOf(pc), true));
    if (decoded === undefined) {
      host.exception(ExceptionClass.unknown);
      return;
    }
    const reach = (a: bigint, write: boolean): number | undefined => {
      const [lo, hi] = [Number(a & 0xffffffffn) | 0, Number(a >> 32n) | 0];
      if (!host.translate(lo, hi, write ? WRITE : READ)) return undefined;
      const region = memory.find(lo >>> 0)!;
      return region.host + (lo >>> 0) - region.base;
    };
    const outcome = evaluate(decoded, pc, {
      view,
      fp: fpOperation,
      memory: (address, access, write) => {
        const size = access.size * access.count;
        if (address % BigInt(access.align) !== 0n) {
          host.alignmentFault(Number(address & 0xffffffffn) | 0, Number(address >> 32n) | 0);
          throw new EvaluatorFault();
        }
        const first = reach(address, write || access.atomic);
        const last = BigInt.asUintN(64, address + BigInt(size - 1));
        const crosses = last >> 12n !== address >> 12n;
        if (first === undefined || (crosses && reach(last & ~0xfffn, write || access.atomic) === undefined))
          throw new EvaluatorFault();
        return bytes.subarray(first, first + size);
      },
      sysRead: () => {
        host.sysRead();
        throw new EvaluatorFault();
      },
      sysWrite: key => {
        if (host.sysWrite(key) === SYS_TRAP) throw new EvaluatorFault();
      },
    });
    if (outcome.kind === 'next') view.setBigUint64(STATE.PC, outcome.pc, true);
    else if (outcome.kind === 'event') view.setBigUint64(STATE.PC, pc + 4n, true);
    else if (outcome.kind === 'exception') host.exception(outcome.ec);
    else host.raise();
  }

  /** Copies the state of the last test, in the layout of a result. */
  read(out: Uint8Array): void {
    const { bytes, engine } = this;
    out.set(bytes.subarray(STATE.X, STATE.X + 256), p.X);
    out.set(bytes.subarray(STATE.V, STATE.V + 512), p.V);
    const view = new DataView(out.buffer, out.byteOffset, p.STATE_BYTES);
    view.setUint32(p.NZCV, engine.view.getUint32(STATE.NZCV, true), true);
    view.setUint32(p.FPCR, engine.view.getUint32(STATE.FPCR, true), true);
    view.setUint32(p.FPSR, engine.view.getUint32(STATE.FPSR, true), true);
  }
}
