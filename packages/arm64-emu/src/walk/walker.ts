/**
 * The walker of translation tables as generated code: it stands where the slow path of accesses is called, serves what
 * it can, and calls the slow path for the rest. What descriptors mean is in `cpu/descriptors.ts`.
 */
import { ADDRESS_BITS, Descriptor, TableBits } from '../cpu/descriptors.js';
import { CELL, STATE, TLB_ENTRIES, TLB_ENTRY_SIZE, TLB_HASH_SHIFT, TLB_SET } from '../engine/state.js';
import { FUNC_TYPES, FuncTypes, SlowInfo } from '../interp/imports.js';
import { type I32, type I64, i32, i64 } from '../ir/index.js';
import { buildModule } from '../wasm/module.js';
import { Op } from '../wasm/opcodes.js';
import { type Variable, WalkCode } from './code.js';
import { emitFill, fillFunctions } from './fill.js';
import { BLOCK_TAGS, WALK, WALK_RANGE } from './state.js';

const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;
const EL1 = 1 << 2;
/** Bit 55 of an address in its upper half. */
const UPPER = 1 << 23;
/** The bits of a MAIR attribute that are 0 for Device memory. */
const NOT_DEVICE = 0xf0;
const ATTRIBUTE_MASK = 7;

/** Import and exported function. */
const SLOW = 0;

/** A descriptor's bit, 0 or 1. */
const bit = (descriptor: I64, n: number): I32 => descriptor.shrU(n).lo32().and(1);

/** The access that a walk is for. */
interface Wanted {
  readonly write: I32;
  readonly el0: I32;
}

/** Emits the walk; `decline` leaves for the slow path when its argument is not 0. */
class Walk {
  private readonly descriptor: Variable<I64>;
  private readonly table: Variable<I64>;
  /** Lowest bit of the index at the present level, which is log2 of what a descriptor maps. */
  private readonly lsb: Variable<I32>;
  /** Bits 63:59 of the table descriptors, ORed. */
  private readonly hierarchy: Variable<I32>;

  constructor(
    private readonly c: WalkCode,
    private readonly va: Variable<I64>,
    /** Address of the range's cells. */
    private readonly range: I32,
    private readonly decline: (condition: I32) => void,
  ) {
    this.descriptor = c.wide(i64(0));
    this.table = c.wide(this.range64(WALK_RANGE.BASE));
    this.lsb = c.variable(this.range32(WALK_RANGE.LSB));
    this.hierarchy = c.variable(i32(0));
  }

  private range32(cell: number): I32 {
    return this.c.load32(this.range, cell);
  }
  private range64(cell: number): I64 {
    return this.c.load64(this.range, cell);
  }

  /** Where a physical address is in linear memory, which has to be in RAM. */
  private hostOf(address: I64): I32 {
    const { c } = this;
    const offset = c.wide(address.sub(c.cell64(WALK.RAM_BASE)));
    this.decline(offset.value.geU(c.cell64(WALK.RAM_SIZE)));
    return c.cell32(WALK.RAM_HOST).add(offset.value.lo32());
  }

  /** The address that the present descriptor leads to; it has to be one that exists. */
  private output(to: Variable<I64>): void {
    const { c } = this;
    const addressBits = i64((1n << BigInt(ADDRESS_BITS)) - 1n);
    to.value = this.descriptor.value.and(addressBits).and(i64(-1).shl(this.range32(WALK_RANGE.GRANULE).u64()));
    this.decline(to.value.geU(c.cell64(WALK.PA_LIMIT)));
  }

  /** Goes from table to table down to the descriptor of a block or page. */
  descend(): void {
    const { c, descriptor, lsb } = this;
    const granule = this.range32(WALK_RANGE.GRANULE);
    const mask = c.variable(this.range32(WALK_RANGE.FIRST_INDEX));
    const next = c.open(Op.loop);
    const index = this.va.value.shrU(lsb.value.u64()).lo32().and(mask.value);
    descriptor.value = c.load64(this.hostOf(this.table.value.add(index.u64().shl(3))));
    this.decline(bit(descriptor.value, Descriptor.valid).isZero());
    const isTable = bit(descriptor.value, Descriptor.table);
    c.when(lsb.value.ne(granule), () =>
      c.when(isTable, () => {
        this.output(this.table);
        const above = descriptor.value.shrU(Descriptor.hierarchy).lo32();
        this.hierarchy.value = this.hierarchy.value.or(above.and(this.range32(WALK_RANGE.HIERARCHY)));
        lsb.value = lsb.value.sub(this.range32(WALK_RANGE.STRIDE));
        mask.value = this.range32(WALK_RANGE.INDEX);
        c.branch(next);
      }),
    );
    c.close();
    this.decline(lsb.value.eq(granule).and(isTable.isZero()));
    this.decline(lsb.value.gtU(this.range32(WALK_RANGE.LARGEST)));
  }

  /** The descriptor has to allow the access, without an update, to memory that is not Device. */
  check({ write, el0 }: Wanted): void {
    const { c, hierarchy } = this;
    const descriptor = this.descriptor.value;
    this.decline(bit(descriptor, Descriptor.accessFlag).isZero());
    const noUser = hierarchy.value.and(TableBits.noUser).isZero();
    const user = c.variable(bit(descriptor, Descriptor.user).and(noUser));
    // PAN is for EL1: EL0 has its own permission.
    const closed = el0.select(user.value.isZero(), user.value.and(c.cell32(STATE.PAN).ne(0)));
    this.decline(closed);
    const readOnly = bit(descriptor, Descriptor.readOnly).or(hierarchy.value.and(TableBits.readOnly));
    this.decline(write.ne(0).and(readOnly.ne(0)));
    const number = descriptor.shrU(Descriptor.attributes).and(ATTRIBUTE_MASK);
    this.decline(c.cell64(WALK.MAIR).shrU(number.shl(3)).lo32().and(NOT_DEVICE).isZero());
  }

  /** The place of the page in linear memory. */
  host(): I32 {
    const { c, lsb } = this;
    const base = c.wide(i64(0));
    this.output(base);
    const above = i64(-1).shl(lsb.value.u64());
    const below = this.va.value.and(above.not()).and(-PAGE);
    return c.variable(this.hostOf(base.value.and(above).or(below))).value;
  }

  /** A block has to be known as one, so that TLBI of any address in it drops all of its pages. */
  checkBlock(): void {
    const { c, lsb, va } = this;
    c.when(lsb.value.ne(PAGE_BITS), () => {
      const number = va.value
        .shrU(lsb.value.u64())
        .lo32()
        .and(BLOCK_TAGS - 1);
      const tag = va.value.and(i64(-1).shl(lsb.value.u64())).or(lsb.value.u64());
      this.decline(c.load64(c.cell32(WALK.BLOCKS).add(number.shl(3))).ne(tag));
    });
  }

  /** The entry's fourth word. */
  flags(): I32 {
    return bit(this.descriptor.value, Descriptor.notGlobal);
  }
}

/** (lo, hi, info): as the slow path. */
function slowFunction() {
  const c = new WalkCode();
  const [lo, hi, info] = [c.parameter(0), c.parameter(1), c.parameter(2)];
  const slow = c.open(Op.block);
  const decline = (condition: I32): void => c.leaveIf(condition, slow);
  const write = c.variable(info.and(SlowInfo.write | SlowInfo.atomic));
  decline(c.cell32(WALK.ENABLED).isZero());
  decline(c.cell32(WALK.WATCHED).and(write.value.ne(0).select(i32(3), i32(1))));
  // A misaligned access may be a fault, and one that crosses a page is two.
  decline(lo.and(i32(1).shl(info.shrU(4).and(7)).sub(1)));
  const size = i32(1).shl(info.and(7).add(info.shrU(3).and(1)));
  decline(
    lo
      .and(PAGE - 1)
      .add(size)
      .gtU(PAGE),
  );
  const unprivileged = c.variable(info.and(SlowInfo.unprivileged));
  const level = c.cell32(STATE.CURRENT_EL);
  // LDTR and STTR that act as at EL0 do so at EL1 without UAO; of others the host knows.
  decline(unprivileged.value.ne(0).and(level.ne(EL1).or(c.cell32(STATE.UAO).ne(0))));
  const el0 = c.variable(level.isZero().or(unprivileged.value.ne(0)));

  const upper = c.variable(hi.and(UPPER));
  const range = c.variable(upper.value.select(i32(WALK.HIGH), i32(WALK.LOW)));
  const cell = (at: number): I32 => c.load32(range.value, at);
  decline(cell(WALK_RANGE.OPEN).isZero());
  decline(cell(WALK_RANGE.E0PD).and(el0.value));
  const top = c.variable(cell(WALK_RANGE.TBI).select(hi.shl(8).shrS(8), hi));
  const topMask = cell(WALK_RANGE.TOP_MASK);
  decline(top.value.and(topMask).ne(topMask.and(upper.value.shl(8).shrS(31))));

  const va = c.wide(top.value.u64().shl(32).or(lo.u64()));
  const walk = new Walk(c, va, range.value, decline);
  walk.descend();
  walk.check({ write: write.value, el0: el0.value });
  const host = walk.host();
  const code = c.load8(c.cell32(WALK.CODE_MAP).add(host.shrU(PAGE_BITS)));
  decline(write.value.ne(0).and(code.ne(0)));
  walk.checkBlock();

  const set = c.variable(unprivileged.value.select(c.cell32(CELL.TLB_UNPRIVILEGED), c.cell32(CELL.TLB)));
  const page = lo.shrU(PAGE_BITS);
  const index = page.xor(page.shrU(TLB_HASH_SHIFT)).and(TLB_ENTRIES - 1);
  const relative = c.variable(set.value.add(index.mul(TLB_ENTRY_SIZE)));
  const by = (written: number, read: number): I32 => write.value.select(i32(written), i32(read));
  const entry = c.variable(relative.value.add(by(TLB_SET.WRITE, TLB_SET.READ)));
  const runs = c.variable(set.value.add(by(TLB_SET.WRITE_RANGE, TLB_SET.READ_RANGE)));
  emitFill(c, { set: set.value, entry: entry.value, runs: runs.value }, { lo, hi, host, flags: walk.flags() });
  c.give(relative.value);
  c.close();
  c.callWith(SLOW, [lo, hi, info], true);
  return { type: FuncTypes.slow, locals: c.locals, code: c.result(), exportAs: 'slow' };
}

/** The slow path of accesses. */
export type SlowFunction = (lo: number, hi: number, info: number) => number;

/** The walker over a memory, in front of the slow path. */
export function walker(memory: WebAssembly.Memory, slow: SlowFunction): SlowFunction {
  const bytes = buildModule({
    types: FUNC_TYPES,
    imports: [{ name: 'slow', type: FuncTypes.slow }],
    funcs: [...fillFunctions(), slowFunction()],
  });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, slow } });
  return instance.exports.slow as SlowFunction;
}
