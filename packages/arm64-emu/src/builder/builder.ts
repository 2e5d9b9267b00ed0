/** Runs semantics symbolically: values become graphs, effects are listed in order, register writes wait for retirement. */
import {
  type Cell,
  type Cond,
  type CpuEventName,
  type Ctx,
  type Disp,
  type Element,
  Flags,
  type FpContext,
  type FpFormat,
  type FpOp,
  G,
  type JumpKind,
  type MemAttr,
  routineNumber,
  type Size,
  type V,
} from '../a64/spec/index.js';
import { STATE } from '../engine/state.js';
import {
  type F32,
  type F64,
  fromF32,
  fromF64,
  I32,
  I64,
  type Int,
  i32,
  i64,
  lowLane,
  make,
  Node,
  V128,
} from '../ir/index.js';
import type { Access, Effect, End, Write } from './effects.js';
import { packFlags } from './flags.js';
import { fpFast } from './fp-fast.js';

const LINK_REGISTER = new G(30);

/**
 * Collects one instruction. Subclasses say where registers, operands and the PC come from.
 * `W` is I32 or I64, as `width` says.
 */
export abstract class Builder<W extends Int<W>> implements Ctx<W> {
  readonly effects: Effect[] = [];
  readonly writes: Write[] = [];
  end: End | undefined;
  newFlags: Flags | undefined;
  private sink: Effect[] = this.effects;
  private readonly reads = new Map<string, Node>();

  constructor(readonly width: 32 | 64) {}

  /** A general register at 64 or 32 bits; a vector register; a lane; a stored register. */
  protected abstract readX(r: G, ty: 'i64' | 'i32'): Node;
  protected abstract readV(r: V): Node;
  protected abstract readElement(e: Element, size: Size): Node;
  protected abstract readCell(c: Cell): Node;
  protected abstract readFlags(): I32;
  protected abstract readCond(c: Cond): I32;
  /** The instruction's address plus `offset`. */
  protected abstract readPc(offset: number): Node;

  /** Each register is read once. */
  private once(key: string, read: () => Node): Node {
    let node = this.reads.get(key);
    if (!node) this.reads.set(key, (node = read()));
    return node;
  }

  // ---- general registers. The casts hold because W is the class that `width` names.
  get(r: G): W {
    return (this.width === 64 ? this.x(r) : this.w(r)) as unknown as W;
  }
  set(r: G, v: W): void {
    this.setX(r, v.u64());
  }
  lit(k: number): W {
    return (this.width === 64 ? i64(k) : i32(k)) as unknown as W;
  }
  at(v: I64): W {
    return (this.width === 64 ? v : v.lo32()) as unknown as W;
  }
  x(r: G): I64 {
    return new I64(this.once(`x${r.n}${r.name}`, () => this.readX(r, 'i64')));
  }
  setX(r: G, v: I64): void {
    this.writes.push({ kind: 'x', register: r, value: v.node });
  }
  w(r: G): I32 {
    return new I32(this.once(`w${r.n}${r.name}`, () => this.readX(r, 'i32')));
  }
  setW(r: G, v: I32): void {
    this.setX(r, v.u64());
  }
  cell(c: Cell): I64 {
    return new I64(this.once(`cell ${c.address} ${c.name}`, () => this.readCell(c)));
  }
  setCell(c: Cell, v: I64): void {
    this.writes.push({ kind: 'cell', cell: c, value: v.node });
  }
  state(address: number): I64 {
    return new I64(this.once(`state ${address}`, () => new Node('state', 'i64', [], address)));
  }
  setState(address: number, v: I64): void {
    this.writes.push({ kind: 'state', address, value: v.node });
  }

  // ---- SIMD&FP registers
  v(r: V): V128 {
    return new V128(this.once(`v${r.n}${r.name}`, () => this.readV(r)));
  }
  setV(r: V, v: V128): void {
    this.writes.push({ kind: 'v', register: r, value: v.node });
  }
  d(r: V): F64 {
    return this.v(r).f64();
  }
  setD(r: V, v: F64): void {
    this.setV(r, fromF64(v));
  }
  s(r: V): F32 {
    return this.v(r).f32();
  }
  setS(r: V, v: F32): void {
    this.setV(r, fromF32(v));
  }
  element(e: Element, size: Size): I64 {
    return new I64(this.once(`element ${e.n} ${e.index} ${e.name} ${size}`, () => this.readElement(e, size)));
  }
  setElement(e: Element, size: Size, v: I64): void {
    this.writes.push({ kind: 'element', element: e, size, value: v.node });
  }
  readonly fp: FpContext = {
    op: (op, format, lanes, args, param = 0) => this.fpOp(op, format, lanes, args, param),
    compare: (format, a, b, signaling) => this.fpOp('compare', format, 1, [a, b], Number(signaling)).get(2, 0),
  };
  protected fpOp(op: FpOp, format: FpFormat, lanes: number, args: readonly V128[], param: number): V128 {
    const fast = fpFast(op, format, lanes, args, param);
    const nodes = args.map(a => a.node);
    // A result that is a number in lane 0 stays a number as long as it can.
    const scalar = fast && lowLane(fast.value);
    const result = new Node('result', scalar?.ty ?? 'v128');
    const kept = scalar ? { ...fast, value: scalar } : fast;
    this.sink.push({ kind: 'fp', op, format, lanes, param, args: nodes, fast: kept, result });
    return new V128(scalar ? make(fast.value.op, fast.value.args[0]!, result) : result);
  }
  routine(name: string, args: readonly V128[], param: I32 = i32(0)): V128 {
    const result = new Node('result', 'v128');
    const nodes = args.map(a => a.node);
    this.sink.push({ kind: 'routine', number: routineNumber(name), args: nodes, param: param.node, result });
    return new V128(result);
  }

  // ---- memory
  private access(size: Access['size'], count: 1 | 2, attr: MemAttr | undefined): Access {
    return {
      size,
      count,
      align: attr?.align ?? 1,
      unprivileged: attr?.unprivileged ?? false,
      atomic: attr?.atomic ?? false,
      ordered: attr?.ordered ?? false,
    };
  }
  protected loads(a: I64, access: Access): Node[] {
    const ty = access.size === 16 ? 'v128' : 'i64';
    const results = Array.from({ length: access.count }, () => new Node('result', ty));
    this.sink.push({ kind: 'load', results, address: a.node, access });
    return results;
  }
  protected stores(a: I64, access: Access, values: Node[]): void {
    this.sink.push({ kind: 'store', values, address: a.node, access });
  }
  load(a: I64, size: Size, attr?: MemAttr): I64 {
    return new I64(this.loads(a, this.access(size, 1, attr))[0]!);
  }
  store(a: I64, size: Size, v: I64, attr?: MemAttr): void {
    this.stores(a, this.access(size, 1, attr), [v.node]);
  }
  loadV(a: I64, attr?: MemAttr): V128 {
    return new V128(this.loads(a, this.access(16, 1, attr))[0]!);
  }
  storeV(a: I64, v: V128, attr?: MemAttr): void {
    this.stores(a, this.access(16, 1, attr), [v.node]);
  }
  loadPair(a: I64, size: 4 | 8, attr?: MemAttr): readonly [I64, I64] {
    const [p, q] = this.loads(a, this.access(size, 2, attr));
    return [new I64(p!), new I64(q!)];
  }
  storePair(a: I64, size: 4 | 8, v: readonly [I64, I64], attr?: MemAttr): void {
    this.stores(
      a,
      this.access(size, 2, attr),
      v.map(x => x.node),
    );
  }
  exclusiveAddress(): I64 {
    return this.state(STATE.EXCLUSIVE_ADDRESS);
  }
  exclusiveSize(): I64 {
    return this.state(STATE.EXCLUSIVE_SIZE);
  }
  exclusiveValue(): I64 {
    return this.state(STATE.EXCLUSIVE_VALUE);
  }
  exclusiveValueHigh(): I64 {
    return this.state(STATE.EXCLUSIVE_VALUE_HIGH);
  }
  setExclusive(a: I64, value: I64, high: I64, size: number): void {
    this.setState(STATE.EXCLUSIVE_ADDRESS, a);
    this.setState(STATE.EXCLUSIVE_VALUE, value);
    this.setState(STATE.EXCLUSIVE_VALUE_HIGH, high);
    this.setState(STATE.EXCLUSIVE_SIZE, i64(size));
  }
  clearExclusive(): void {
    this.setState(STATE.EXCLUSIVE_ADDRESS, i64(-1));
  }
  when(c: I32, body: () => void): void {
    const outer = this.sink;
    const inner: Effect[] = [];
    this.sink = inner;
    body();
    this.sink = outer;
    outer.push({ kind: 'if', condition: c.node, body: inner });
  }

  // ---- flags
  addFlags(a: W, b: W): Flags {
    return this.flags('add', a, b);
  }
  subFlags(a: W, b: W): Flags {
    return this.flags('sub', a, b);
  }
  logicFlags(v: W): Flags {
    return this.flags('logic', v, v);
  }
  private flags(kind: Flags['kind'], a: W, b: W): Flags {
    return new Flags(kind, a as unknown as I64, b as unknown as I64);
  }
  packedFlags(v: I32): Flags {
    return new Flags('packed', v, v);
  }
  setFlags(f: Flags): void {
    this.newFlags = f;
  }
  nzcv(f?: Flags): I32 {
    return f ? packFlags(f) : this.readFlags();
  }
  cond(c: Cond): I32 {
    return this.readCond(c);
  }

  // ---- control flow
  pc(): I64 {
    return new I64(this.once('pc', () => this.readPc(0)));
  }
  branch(to: Disp, taken?: I32): void {
    this.end = { kind: 'branch', to, taken: taken?.node };
  }
  jump(to: I64, how: JumpKind): void {
    this.end = { kind: 'jump', to: to.node, how };
  }
  link(): void {
    this.setX(LINK_REGISTER, new I64(this.readPc(4)));
  }
  exception(ec: number, iss: I32): void {
    this.end = { kind: 'exception', ec, iss: iss.node };
  }
  undefined(): void {
    this.exception(0, i32(0));
  }
  trap(c: I32, ec: number, iss: I32): void {
    this.sink.push({ kind: 'trap', condition: c.node, ec, iss: iss.node });
  }
  event(event: CpuEventName, operand?: I64): void {
    this.end = { kind: 'event', event, operand: (operand ?? i64(0)).node };
  }

  // ---- system
  sysRead(key: I32): I64 {
    const result = new Node('result', 'i64');
    this.sink.push({ kind: 'sysread', result, key: key.node });
    return new I64(result);
  }
  sysWrite(key: I32, v: I64): void {
    this.sink.push({ kind: 'syswrite', key: key.node, value: v.node });
  }
  el(): I32 {
    return this.state(STATE.CURRENT_EL).lo32().shrU(2);
  }
  setDaif(v: I64): void {
    this.setState(STATE.DAIF, v.and(0x3c0));
    this.end = { kind: 'unmask' };
  }
}
