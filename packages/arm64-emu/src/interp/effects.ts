/** Emits effects. */
import { FP_OP_NAMES } from '../a64/spec/index.js';
import type { Effect, FpFast } from '../builder/effects.js';
import { CELL, STATE } from '../engine/state.js';
import type { Node } from '../ir/index.js';
import { Op } from '../wasm/opcodes.js';
import type { Ty } from '../wasm/types.js';
import { BUDGET, type Code, FLAGS, IP } from './code.js';
import { Exit } from './exit.js';
import { Import } from './imports.js';
import { emitLoad, emitStore } from './memory.js';

const VECTOR = 16;
const LANE_LOAD = { i32: Op.i32Load, i64: Op.i64Load, f32: Op.f32Load, f64: Op.f64Load } as const;

/** Values that effects use directly. */
export const rootsOf = (effects: readonly Effect[]): Node[] => effects.flatMap(rootsOfOne);

function rootsOfOne(e: Effect): Node[] {
  switch (e.kind) {
    case 'load':
      return [e.address];
    case 'store':
      return [e.address, ...e.values];
    case 'if':
      return [e.condition, ...rootsOf(e.body)];
    case 'trap':
      return [e.condition, e.iss];
    case 'sysread':
      return [e.key];
    case 'syswrite':
      return [e.key, e.value];
    case 'fp':
      return [...e.args, ...(e.fast ? rootsOfFast(e.fast) : [])];
    case 'routine':
      return [...e.args, e.param];
  }
}

/** Values of an operation in the host's arithmetic. */
export const rootsOfFast = ({ value, ok, quick, rest }: FpFast): Node[] => [
  value,
  ok,
  ...(quick ? [quick] : []),
  ...(rest ? [rest] : []),
];

/**
 * Whether an instruction may be given up at any effect and begun again by another handler, without having called
 * anything: nothing was written that it would read.
 */
export function isRepeatable(effects: readonly Effect[]): boolean {
  let loaded = false;
  let stored = false;
  const visit = (e: Effect): boolean => {
    switch (e.kind) {
      case 'load':
        loaded = true;
        return !stored;
      case 'store': {
        const again = stored && loaded;
        stored = true;
        return !again;
      }
      case 'if':
        return e.body.every(visit);
      case 'trap':
        return !stored;
      case 'fp':
        return !stored && e.fast !== undefined;
      default:
        return false;
    }
  };
  return effects.every(visit);
}

/** Results of effects inside a body, which cannot be computed before it. */
function resultsOf(effects: readonly Effect[]): Node[] {
  return effects.flatMap(e =>
    e.kind === 'load' ? e.results : e.kind === 'if' ? resultsOf(e.body) : 'result' in e ? [e.result] : [],
  );
}

/** Whether `n` depends on one of `results`. */
const dependsOn = (n: Node, results: ReadonlySet<Node>): boolean =>
  results.has(n) || n.args.some(a => dependsOn(a, results));

/** Emits the effects of one instruction; a fault branches to `fault` with the reason in its cell. */
export class EffectEmitter {
  /** The local that is set when a system register write asks to leave behind the instruction. */
  leave: number | undefined;

  constructor(
    private readonly c: Code,
    private readonly fault: number,
  ) {}

  emit(effects: readonly Effect[]): void {
    for (const e of effects) this.one(e);
  }

  private one(e: Effect): void {
    const { c } = this;
    switch (e.kind) {
      case 'load':
        emitLoad(c, e.results, e.address, e.access, this.fault);
        return;
      case 'store':
        emitStore(c, e.values, e.address, e.access, this.fault);
        return;
      case 'if':
        this.conditional(e.condition, e.body);
        return;
      case 'trap':
        this.trap(e.condition, e.ec, e.iss);
        return;
      case 'sysread':
        this.saveState();
        c.value(e.key);
        c.call(Import.sysRead);
        c.i32(0);
        c.u8(Op.i32LtS);
        c.branch(this.fault, Op.brIf);
        this.result(e.result, () => c.loadAt(Op.i64Load, 3, CELL.BOUNCE));
        return;
      case 'syswrite':
        this.sysWrite(e.key, e.value);
        return;
      case 'fp':
        this.fp(e);
        return;
      case 'routine':
        this.args(e.args);
        c.i32(e.number);
        c.value(e.param);
        c.call(Import.routine);
        this.result(e.result, () => this.vectorResult());
        return;
    }
  }

  private result(n: Node, push: () => void): void {
    push();
    n.local = this.c.temp(n.ty);
    this.c.set(n.local);
  }

  private conditional(condition: Node, body: readonly Effect[]): void {
    const { c } = this;
    const inside = new Set(resultsOf(body));
    // What is also used elsewhere must not be computed only when the condition holds.
    const prepare = (n: Node): void => {
      if (n.isConst || n.local >= 0) return;
      if (n.uses > 1 && !dependsOn(n, inside)) c.force(n);
      else n.args.forEach(prepare);
    };
    rootsOf(body).forEach(prepare);
    c.value(condition);
    c.open(Op.if);
    this.emit(body);
    c.close();
  }

  private trap(condition: Node, ec: number, iss: Node): void {
    const { c } = this;
    c.force(iss);
    c.value(condition);
    c.open(Op.if);
    if (c.leaveTrapped) c.leaveTrapped();
    else {
      c.sync();
      c.storeAt(Op.i32Store, 2, CELL.EXCEPTION_CLASS, () => c.i32(ec));
      c.storeAt(Op.i32Store, 2, CELL.EXCEPTION_ISS, () => c.value(iss));
      c.storeAt(Op.i32Store, 2, CELL.REASON, () => c.i32(Exit.EXCEPTION));
      c.branch(this.fault);
    }
    c.close();
  }

  /** The host may look at PC, NZCV and the instruction count. */
  private saveState(): void {
    const { c } = this;
    c.sync();
    c.storeAt(Op.i32Store, 2, CELL.IP, () => c.get(IP));
    c.storeAt(Op.i32Store, 2, CELL.BUDGET, () => c.get(BUDGET));
    c.storeAt(Op.i32Store, 2, STATE.NZCV, () => c.get(FLAGS));
  }

  private sysWrite(key: Node, value: Node): void {
    const { c } = this;
    this.saveState();
    this.leave ??= c.temp('i32');
    c.value(key);
    c.value(value);
    c.call(Import.sysWrite);
    c.tee(this.leave);
    c.i32(0);
    c.u8(Op.i32LtS);
    c.branch(this.fault, Op.brIf);
  }

  private args(args: readonly Node[]): void {
    const { c } = this;
    args.forEach((a, i) => {
      c.i32(0);
      c.value(a);
      c.storeSized(VECTOR, CELL.FP_ARGS + i * VECTOR);
    });
  }
  private vectorResult(): void {
    this.c.i32(0);
    this.c.loadSized(VECTOR, CELL.FP_ARGS);
  }

  /** The result of an operation, as a vector or the number in its lane 0. */
  private laneResult(ty: Ty): void {
    if (ty === 'v128') this.vectorResult();
    else this.c.loadAt(LANE_LOAD[ty], ty.endsWith('32') ? 2 : 3, CELL.FP_ARGS);
  }

  private fp(e: Extract<Effect, { kind: 'fp' }>): void {
    const { c } = this;
    const exact = (): void => {
      this.args(e.args);
      c.i32(FP_OP_NAMES.indexOf(e.op) | (e.format << 8) | (e.lanes << 12));
      c.i32(e.param);
      c.call(Import.fp);
    };
    if (!e.fast) {
      exact();
      this.result(e.result, () => this.vectorResult());
      return;
    }
    // What leaves instead of calling for help needs no arguments for that.
    if (!c.leaveInexact) for (const a of e.args) c.force(a);
    const { value, ok, quick, rest } = e.fast;
    this.result(e.result, () => c.value(value));
    const unless = (condition: Node, body: () => void): void => {
      c.value(condition);
      c.u8(Op.i32Eqz);
      c.open(Op.if);
      body();
      c.close();
    };
    const help = (): void => {
      if (c.leaveInexact) c.leaveInexact();
      else {
        exact();
        this.laneResult(e.result.ty);
        c.set(e.result.local);
      }
    };
    if (quick && c.quickLimits) unless(quick, () => (rest ? unless(rest, help) : help()));
    else unless(ok, help);
  }
}
