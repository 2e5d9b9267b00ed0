import { describe, expect, it } from 'vitest';
import { type Const, operations } from '../../src/ir/index.js';
import { buildModule } from '../../src/wasm/module.js';
import { Op, SIMD_PREFIX, Simd } from '../../src/wasm/opcodes.js';
import type { Ty } from '../../src/wasm/types.js';
import { Writer } from '../../src/wasm/writer.js';

const TYPES: readonly Ty[] = ['i32', 'i64', 'f32', 'f64', 'v128'];
const vector = (...lanes: bigint[]): Uint8Array => {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  lanes.forEach((x, i) => {
    view.setBigUint64(8 * i, BigInt.asUintN(64, x), true);
  });
  return bytes;
};
const SAMPLES: Record<Ty, readonly Const[]> = {
  i32: [0, 1, -1, 7, 31, 0x7fffffff, -0x80000000, 0x12345678],
  i64: [0n, 1n, 2n ** 64n - 1n, 63n, 2n ** 63n, 2n ** 63n - 1n, 0x123456789abcdef0n, 0xffffffffn],
  f32: [0, -0, 1.5, -2.25, 2 ** 31, 2 ** 100, Number.POSITIVE_INFINITY, Number.NaN],
  f64: [0, -0, 0.5, -2.5, 2 ** 63, 1e300, Number.NEGATIVE_INFINITY, Number.NaN],
  v128: [
    vector(0n, 0n),
    vector(-1n, -1n),
    vector(0x8000_7fff_80ff_7f01n, 0x0102_0304_0506_0708n),
    vector(0x3ff0_0000_4000_0000n, 0xc008_0000_bf80_0000n),
    vector(0x0011_2233_4455_6677n, 0x8899_aabb_ccdd_eeffn),
  ],
};

const LOAD: Record<Ty, readonly number[]> = {
  i32: [Op.i32Load, 2],
  i64: [Op.i64Load, 3],
  f32: [Op.f32Load, 2],
  f64: [Op.f64Load, 3],
  v128: [SIMD_PREFIX, Simd.load, 4],
};
const STORE: Record<Ty, readonly number[]> = {
  i32: [Op.i32Store, 2],
  i64: [Op.i64Store, 3],
  f32: [0x38, 2],
  f64: [0x39, 3],
  v128: [SIMD_PREFIX, Simd.store, 4],
};

/** Operands at 0, 16 and 32; the result goes to 64. */
function moduleOf(code: readonly number[], args: readonly Ty[], result: Ty): Uint8Array<ArrayBuffer> {
  const w = new Writer();
  w.raw(Op.i32Const);
  w.s32(64);
  args.forEach((ty, i) => {
    w.raw(Op.i32Const);
    w.s32(16 * i);
    w.raw(...LOAD[ty], 0);
  });
  w.raw(...code, ...STORE[result], 0);
  const funcs = [{ type: 0, locals: [], code: w.result(), exportAs: 'f' }];
  return buildModule({ types: [{ params: [], results: [] }], imports: [], funcs });
}

/** The operand types with which the opcode validates. */
function signature(code: readonly number[], arity: number, result: Ty): readonly Ty[] {
  const all = (n: number): Ty[][] => (n === 0 ? [[]] : all(n - 1).flatMap(rest => TYPES.map(t => [...rest, t])));
  const found = all(arity).filter(args => WebAssembly.validate(moduleOf(code, args, result)));
  expect(found).toHaveLength(1);
  return found[0]!;
}

function put(view: DataView, at: number, ty: Ty, k: Const): void {
  if (ty === 'i32') view.setInt32(at, k as number, true);
  else if (ty === 'i64') view.setBigUint64(at, k as bigint, true);
  else if (ty === 'f32') view.setFloat32(at, k as number, true);
  else if (ty === 'f64') view.setFloat64(at, k as number, true);
  else new Uint8Array(view.buffer).set(k as Uint8Array, at);
}
function take(view: DataView, at: number, ty: Ty): Const {
  if (ty === 'i32') return view.getInt32(at, true);
  if (ty === 'i64') return view.getBigUint64(at, true);
  if (ty === 'f32') return view.getFloat32(at, true);
  if (ty === 'f64') return view.getFloat64(at, true);
  return new Uint8Array(view.buffer.slice(at, at + 16));
}
/** Lanes that are NaN in a result of floating-point arithmetic may have any payload. */
function comparable(name: string, k: Const): unknown {
  if (!(k instanceof Uint8Array)) return k;
  const floats = name.startsWith('f32x4')
    ? new Float32Array(k.buffer)
    : name.startsWith('f64x2') && new Float64Array(k.buffer);
  return floats && !/\.(eq|ne|lt|gt|le|ge|put0)$/.test(name) ? [...floats] : [...k];
}

describe('operation table', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const view = new DataView(memory.buffer);
  const list = [...operations()].filter(([name]) => name !== 'i8x16.shuffle');
  it('has every operation that the value classes use', () => {
    expect(list.length).toBeGreaterThan(250);
  });
  it.each(list)('%s means on constants what it does in WebAssembly', (name, { ty, code, fold }) => {
    const args = signature(code, name.startsWith('v128.bitselect') ? 3 : unaryOrBinary(code, ty), ty);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(code, args, ty)), { env: { memory } });
    const f = instance.exports.f as () => void;
    const combinations = args.reduce<Const[][]>((lists, t) => lists.flatMap(l => SAMPLES[t].map(k => [...l, k])), [[]]);
    for (const c of combinations) {
      c.forEach((k, i) => {
        put(view, 16 * i, args[i]!, k);
      });
      try {
        f();
      } catch (error) {
        expect(error).toBeInstanceOf(WebAssembly.RuntimeError); // division
        continue;
      }
      expect([c, comparable(name, fold(...c))]).toEqual([c, comparable(name, take(view, 64, ty))]);
    }
  });
  function unaryOrBinary(code: readonly number[], ty: Ty): 1 | 2 {
    return TYPES.some(t => WebAssembly.validate(moduleOf(code, [t], ty))) ? 1 : 2;
  }
});
