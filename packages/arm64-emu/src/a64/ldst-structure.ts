/** Advanced SIMD structures: LD1-LD4 and ST1-ST4 of multiple and of single structures, and LD1R-LD4R. */
import { baseAddress, baseRegister, isStack } from './ldst-common.js';
import {
  type Ctx,
  element,
  type G,
  type I64,
  type Int,
  insn,
  type Lane,
  lowHalf,
  type Size,
  splatLow,
  type V,
  VR,
  v128,
  X,
  XSP,
} from './spec/index.js';
import { arrangement, base, SIZES, xr } from './text.js';

/** Registers and structure elements by the opcode field of the multiple forms. */
const MULTIPLE: Record<number, readonly [registers: number, elements: number]> = {
  0: [4, 4],
  2: [4, 1],
  4: [3, 3],
  6: [3, 1],
  7: [1, 1],
  8: [2, 2],
  10: [2, 1],
};
const list = (t: number, count: number, suffix: string): string => {
  const regs = Array.from({ length: count }, (_, i) => `v${(t + i) & 31}.${suffix}`);
  const wraps = t + count > 32;
  return count > 2 && !wraps ? `{${regs[0]}-${regs[count - 1]}}` : `{${regs.join(', ')}}`;
};
const post = (f: { post: number; Rm: number }, bytes: number): string =>
  f.post ? (f.Rm === 31 ? `, #${bytes}` : `, ${xr(f.Rm)}`) : '';
/** Shape of the write-back: none, by the size transferred, by a register. */
const writeBack = (f: { post: number; Rm: number }): number => (f.post ? (f.Rm === 31 ? 1 : 2) : 0);
function update<W extends Int<W>>(c: Ctx<W>, wb: number, n: G, m: G, bytes: number): void {
  if (wb) c.setX(n, c.x(n).add(wb === 1 ? bytes : c.x(m)));
}
const regs = (t: number) => ({ t: VR(t), t1: VR(t + 1), t2: VR(t + 2), t3: VR(t + 3) });

insn({
  name: 'LD1, LD2, LD3, LD4, ST1, ST2, ST3, ST4 (multiple structures)',
  pattern: '0 Q 001100 post L 0 Rm:5 opcode:4 size:2 Rn:5 Rt:5',
  shape: { Q: 2, L: 2, opcode: 11, size: 4, wb: 3, sp: 2 },
  // The element size does not matter when elements are not interleaved.
  pick: f => ({ wb: writeBack(f), size: MULTIPLE[f.opcode]?.[1] === 1 ? 0 : f.size, sp: isStack(f.Rn) }),
  where: f => {
    const m = MULTIPLE[f.opcode];
    return m !== undefined && (f.post === 1 || f.Rm === 0) && (m[1] === 1 || f.size < 3 || f.Q === 1);
  },
  operands: f => ({ ...regs(f.Rt), n: XSP(f.Rn), m: X(f.Rm) }),
  asm: f => {
    const [count, elements] = MULTIPLE[f.opcode]!;
    const d = list(f.Rt, count, arrangement(f.Q, f.size));
    return `${f.L ? 'ld' : 'st'}${elements} ${d}, [${base(f.Rn)}]${post(f, count * (8 << f.Q))}`;
  },
  exec: (c, { t, t1, t2, t3, n, m }, { Q, L, opcode, size, wb, sp }) => {
    const a = baseAddress(c, n, sp);
    const [count, elements] = MULTIPLE[opcode]!;
    const v = [t, t1, t2, t3].slice(0, count);
    const bytes = 8 << Q;
    if (elements === 1) for (const [i, r] of v.entries()) whole(c, Q, L, r, a.add(i * bytes));
    else if (L) loadInterleaved(c, v, size as Lane, Q, a);
    else storeInterleaved(c, v, size as Lane, Q, a);
    update(c, wb, baseRegister(n, sp), m, count * bytes);
  },
});

function whole<W extends Int<W>>(c: Ctx<W>, Q: number, L: number, r: V, a: I64): void {
  if (Q) {
    if (L) c.setV(r, c.loadV(a));
    else c.storeV(a, c.v(r));
  } else if (L) c.setV(r, v128(0n, 0n).put(3, 0, c.load(a, 8)));
  else c.store(a, 8, c.v(r).get(3, 0));
}

/** Memory as 8-byte pieces: element j of register r is element j * count + r. */
function loadInterleaved<W extends Int<W>>(c: Ctx<W>, v: readonly V[], size: Lane, Q: number, a: I64): void {
  const perRegister = (8 << Q) >> size;
  const pieces: I64[] = [];
  for (let i = 0; i < v.length << Q; i++) pieces.push(c.load(a.add(i * 8), 8));
  const perPiece = 8 >> size;
  v.forEach((r, k) => {
    let value = v128(0n, 0n);
    for (let j = 0; j < perRegister; j++) {
      const e = j * v.length + k;
      const piece = pieces[Math.floor(e / perPiece)]!;
      value = value.setLane(size, j, piece.shrU((e % perPiece) * (8 << size)));
    }
    c.setV(r, value);
  });
}

function storeInterleaved<W extends Int<W>>(c: Ctx<W>, v: readonly V[], size: Lane, Q: number, a: I64): void {
  const perPiece = 8 >> size;
  for (let i = 0; i < v.length << Q; i++) {
    let piece: I64 | undefined;
    for (let k = 0; k < perPiece; k++) {
      const e = i * perPiece + k;
      const x = c
        .v(v[e % v.length]!)
        .lane(size, Math.floor(e / v.length))
        .shl(k * (8 << size));
      piece = piece ? piece.or(x) : x;
    }
    c.store(a.add(i * 8), 8, piece!);
  }
}

/** The single-structure forms: log2 of the element's bytes and the lane, undefined when reserved. */
function single(f: { Q: number; opcode: number; S: number; size: number }): { scale: Lane; index: number } | undefined {
  const all = (f.Q << 3) | (f.S << 2) | f.size;
  switch (f.opcode >> 1) {
    case 0:
      return { scale: 0, index: all };
    case 1:
      return f.size & 1 ? undefined : { scale: 1, index: all >> 1 };
    case 2:
      if (f.size === 0) return { scale: 2, index: all >> 2 };
      return f.size === 1 && f.S === 0 ? { scale: 3, index: f.Q } : undefined;
    default:
      return undefined;
  }
}
const elementsOf = (f: { R: number; opcode: number }): number => ((f.opcode & 1) << 1) + f.R + 1;

insn({
  name: 'LD1, LD2, LD3, LD4, ST1, ST2, ST3, ST4 (single structure)',
  pattern: '0 Q 001101 post L R Rm:5 opcode:3 S size:2 Rn:5 Rt:5',
  shape: { L: 2, count: 5, scale: 4, wb: 3, sp: 2 },
  pick: f => ({ count: elementsOf(f), scale: single(f)?.scale ?? 0, wb: writeBack(f), sp: isStack(f.Rn) }),
  where: f => single(f) !== undefined && (f.post === 1 || f.Rm === 0),
  operands: f => {
    const { scale, index } = single(f)!;
    const e = (i: number) => element(f.Rt + i, scale, index);
    return { t: e(0), t1: e(1), t2: e(2), t3: e(3), n: XSP(f.Rn), m: X(f.Rm) };
  },
  asm: f => {
    const { scale, index } = single(f)!;
    const count = elementsOf(f);
    const d = `${list(f.Rt, count, SIZES[scale]!)}[${index}]`;
    return `${f.L ? 'ld' : 'st'}${count} ${d}, [${base(f.Rn)}]${post(f, count << scale)}`;
  },
  exec: (c, { t, t1, t2, t3, n, m }, { L, count, scale, wb, sp }) => {
    const base = baseAddress(c, n, sp);
    const size = (1 << scale) as Size;
    for (const [i, e] of [t, t1, t2, t3].slice(0, count).entries()) {
      const a = base.add(i * size);
      if (L) c.setElement(e, size, c.load(a, size));
      else c.store(a, size, c.element(e, size));
    }
    update(c, wb, baseRegister(n, sp), m, count * size);
  },
});

insn({
  name: 'LD1R, LD2R, LD3R, LD4R',
  pattern: '0 Q 001101 post 1 R Rm:5 11 o 0 size:2 Rn:5 Rt:5',
  shape: { Q: 2, count: 5, size: 4, wb: 3, sp: 2 },
  pick: f => ({ count: f.o * 2 + f.R + 1, wb: writeBack(f), sp: isStack(f.Rn) }),
  where: f => f.post === 1 || f.Rm === 0,
  operands: f => ({ ...regs(f.Rt), n: XSP(f.Rn), m: X(f.Rm) }),
  asm: f => {
    const count = f.o * 2 + f.R + 1;
    const d = list(f.Rt, count, arrangement(f.Q, f.size));
    return `ld${count}r ${d}, [${base(f.Rn)}]${post(f, count << f.size)}`;
  },
  exec: (c, { t, t1, t2, t3, n, m }, { Q, count, size, wb, sp }) => {
    const a = baseAddress(c, n, sp);
    const bytes = (1 << size) as Size;
    [t, t1, t2, t3].slice(0, count).forEach((r, i) => {
      const v = splatLow(size as Lane, c.load(a.add(i * bytes), bytes));
      c.setV(r, Q ? v : lowHalf(v));
    });
    update(c, wb, baseRegister(n, sp), m, count * bytes);
  },
});
