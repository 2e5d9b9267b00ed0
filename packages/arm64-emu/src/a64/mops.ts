/**
 * Memory copy and memory set (FEAT_MOPS), by option A: behind the prologue the size counts towards zero while addresses
 * stay, and NZCV is 0. A main or epilogue instruction moves one block and branches to itself while there is more, so
 * that it can be interrupted, and begins again behind what it has done. The tag forms (SETG) belong to FEAT_MTE.
 */
import { STATE } from '../engine/state.js';
import {
  type Ctx,
  disp,
  ExceptionClass,
  type I32,
  type I64,
  type Int,
  i32,
  i64,
  insn,
  type Lane,
  splatLow,
  X,
} from './spec/index.js';
import { xr } from './text.js';

/** SCTLR_ELx: EL0 may execute these. */
const SCTLR_MSCEN = 33;
/** Bit of the ISS of EC 0x27; the rest of it follows from the instruction. */
const WRONG_OPTION = 1 << 17;
/** Bytes that the main instruction moves at a time. The epilogue has fewer left: eight at a time, then single ones. */
const COPY_BLOCK = 16;
const SET_BLOCK = 64;
const VECTOR = 16;
const WORD = 8;
/** Sizes that are larger become this. */
const LARGEST = 0x7fff_ffff_ffff_ffffn;
const LARGEST_OVERLAPPING = 0x007f_ffff_ffff_ffffn;
/** Addresses without their tag, at the top of a register. */
const TAG_BITS = 8;

/** UNDEFINED where EL2 does not allow it (HCRX_EL2.MSCEn), and at EL0 where SCTLR_ELx does not. */
function checkEnabled<W extends Int<W>>(c: Ctx<W>): void {
  const allowed = c.state(STATE.SCTLR).shrU(SCTLR_MSCEN).lo32().and(1);
  const closed = c.el().isZero().and(allowed.isZero());
  c.trap(c.state(STATE.MOPS_TRAPPED).lo32().or(closed), ExceptionClass.unknown, i32(0));
}

/** Main and epilogue: not behind the prologue of option B; and the epilogue only with what the main one leaves. */
function checkState<W extends Int<W>>(c: Ctx<W>, size: I64, left: I64, isEpilogue: boolean, block: number): void {
  checkEnabled(c);
  const wrong = c.nzcv().shrU(1).and(1);
  c.trap(size.ne(0).and(wrong), ExceptionClass.mops, i32(WRONG_OPTION));
  if (isEpilogue) c.trap(left.geU(block), ExceptionClass.mops, i32(0));
}

const distinct = (f: { Rs: number; Rn: number; Rd: number }): boolean =>
  f.Rs !== f.Rn && f.Rs !== f.Rd && f.Rn !== f.Rd && f.Rd !== 31 && f.Rn !== 31;
const STAGES = ['p', 'm', 'e'];
/** Suffixes by the options field: unprivileged writes and reads, then those that are non-temporal. */
const UNPRIVILEGED = ['', 'wt', 'rt', 't'];
const NON_TEMPORAL = ['', 'wn', 'rn', 'n'];
const copyText = (f: { o0: number; op2: number; Rs: number; Rn: number; Rd: number }, stage: number): string =>
  `cpy${f.o0 ? '' : 'f'}${STAGES[stage]}${UNPRIVILEGED[f.op2 & 3]}${NON_TEMPORAL[f.op2 >> 2]} [${xr(f.Rd)}]!, [${xr(f.Rs)}]!, ${xr(f.Rn)}!`;

/** The registers behind the prologue, whose size is `size`: a backward copy leaves the addresses. */
const limited = (size: I64, largest: bigint): I64 => size.gtU(i64(largest)).select(i64(largest), size);

insn({
  name: 'CPYFP, CPYP',
  feature: 'MOPS',
  pattern: '00011 o0 01000 Rs:5 op2:4 01 Rn:5 Rd:5',
  shape: { o0: 2 },
  where: f => distinct(f) && f.Rs !== 31,
  operands: f => ({ d: X(f.Rd), s: X(f.Rs), n: X(f.Rn) }),
  asm: f => copyText(f, 0),
  exec: (c, { d, s, n }, { o0 }) => {
    checkEnabled(c);
    const [to, from] = [c.x(d), c.x(s)];
    const size = limited(c.x(n), o0 ? LARGEST_OVERLAPPING : LARGEST);
    const plain = (address: I64): I64 => address.shl(TAG_BITS);
    const end = plain(from.add(size));
    const backward = o0
      ? plain(from)
          .ltU(plain(to))
          .and(end.gtU(plain(to)))
      : i32(0);
    c.setX(d, backward.select(to, to.add(size)));
    c.setX(s, backward.select(from, from.add(size)));
    c.setX(n, backward.select(size, size.neg()));
    c.setFlags(c.packedFlags(i32(0)));
  },
});

insn({
  name: 'CPYFM, CPYFE, CPYM, CPYE',
  feature: 'MOPS',
  pattern: '00011 o0 01 op1:2 0 Rs:5 op2:4 01 Rn:5 Rd:5',
  shape: { o0: 2, op1: 3, user: 4 },
  pick: f => ({ user: f.op2 & 3 }),
  where: f => (f.op1 === 1 || f.op1 === 2) && distinct(f) && f.Rs !== 31,
  operands: f => ({ d: X(f.Rd), s: X(f.Rs), n: X(f.Rn), again: disp(0) }),
  asm: f => copyText(f, f.op1),
  exec: (c, { d, s, n, again }, { o0, op1, user }) => {
    const size = c.x(n);
    // A forward copy counts up, from a negative size.
    const backward = o0 ? size.gtS(0) : i32(0);
    const left = backward.select(size, size.neg());
    checkState(c, size, left, op1 === 2, COPY_BLOCK);
    const write = { unprivileged: (user & 1) !== 0 };
    const read = { unprivileged: (user & 2) !== 0 };
    const { step, more, pieces } = nextStep(left, op1 === 2, COPY_BLOCK);
    const at = backward.select(size.sub(step), size);
    const [to, from] = [c.x(d).add(at), c.x(s).add(at)];
    for (const { bytes, when } of pieces) {
      c.when(when, () => {
        if (bytes === VECTOR) c.storeV(to, c.loadV(from, read), write);
        else c.store(to, bytes, c.load(from, bytes, read), write);
      });
    }
    c.setX(n, backward.select(at, size.add(step)));
    c.branch(again, more);
  },
});

const setText = (f: { op2: number; Rs: number; Rn: number; Rd: number }): string =>
  `set${STAGES[f.op2 >> 2]}${f.op2 & 1 ? 't' : ''}${f.op2 & 2 ? 'n' : ''} [${xr(f.Rd)}]!, ${xr(f.Rn)}!, ${xr(f.Rs)}`;

insn({
  name: 'SETP',
  feature: 'MOPS',
  pattern: '00011001110 Rs:5 op2:4 01 Rn:5 Rd:5',
  shape: {},
  where: f => f.op2 >> 2 === 0 && distinct(f),
  operands: f => ({ d: X(f.Rd), n: X(f.Rn) }),
  asm: setText,
  exec: (c, { d, n }) => {
    checkEnabled(c);
    const size = limited(c.x(n), LARGEST);
    c.setX(d, c.x(d).add(size));
    c.setX(n, size.neg());
    c.setFlags(c.packedFlags(i32(0)));
  },
});

insn({
  name: 'SETM, SETE',
  feature: 'MOPS',
  pattern: '00011001110 Rs:5 stage:2 N T 01 Rn:5 Rd:5',
  shape: { stage: 3, T: 2 },
  where: f => (f.stage === 1 || f.stage === 2) && distinct(f),
  operands: f => ({ d: X(f.Rd), s: X(f.Rs), n: X(f.Rn), again: disp(0) }),
  asm: f => setText({ ...f, op2: (f.stage << 2) | (f.N << 1) | f.T }),
  exec: (c, { d, s, n, again }, { stage, T }) => {
    const size = c.x(n);
    const left = size.neg();
    checkState(c, size, left, stage === 2, SET_BLOCK);
    const write = { unprivileged: T !== 0 };
    const { step, more, pieces } = nextStep(left, stage === 2, SET_BLOCK);
    const to = c.x(d).add(size);
    const bytesOf = splatLow(0 as Lane, c.x(s));
    for (const { bytes, when } of pieces) {
      c.when(when, () => {
        if (bytes < VECTOR) c.store(to, bytes as 1 | 8, bytesOf.get(3, 0), write);
        else for (let i = 0; i < bytes; i += VECTOR) c.storeV(to.add(i), bytesOf, write);
      });
    }
    c.setX(n, size.add(step));
    c.branch(again, more);
  },
});

/** A number of bytes that is moved when a condition holds. */
interface Piece<Bytes extends number> {
  readonly bytes: Bytes;
  readonly when: I32;
}

/** How many of the bytes that are left move now, as which piece, and whether the instruction goes on after that. */
function nextStep<Block extends number>(
  left: I64,
  isEpilogue: boolean,
  block: Block,
): { readonly step: I64; readonly more: I32; readonly pieces: readonly Piece<Block | 1 | 8>[] } {
  const some = left.ne(0);
  if (isEpilogue) {
    const wide = left.geU(WORD);
    const step = wide.select(i64(WORD), some.u64());
    const pieces = [
      { bytes: 8, when: wide },
      { bytes: 1, when: some.and(wide.isZero()) },
    ] as const;
    return { step, more: left.ne(step), pieces };
  }
  const full = left.geU(block);
  const step = full.select(i64(block), i64(0));
  return { step, more: left.geU(block * 2), pieces: [{ bytes: block, when: full }] };
}
