import { describe, expect, it } from 'vitest';
import '../../src/a64/index.js';
import { qarma64 } from '../../src/a64/routines/qarma.js';
import { Decoder } from '../../src/a64/spec/index.js';
import { type Feature, featureSet, idFieldsOf } from '../../src/cpu/features.js';
import { slotOf } from '../../src/cpu/sysreg-slots.js';
import { CELL, STATE, sysregAddress, xAddress } from '../../src/engine/state.js';
import { evaluate } from '../../src/eval/evaluator.js';

const [IA, IB, DA] = [0, 1, 2];

function cpu(tcr: bigint, sctlr = 0xffffffffn, features: readonly Feature[] = []) {
  const decoder = new Decoder(featureSet(['PAuth', ...features]));
  const view = new DataView(new ArrayBuffer(CELL.FP_ARGS + 64));
  const set = (name: string, v: bigint): void => view.setBigUint64(sysregAddress(slotOf(name)), v, true);
  view.setBigUint64(STATE.TCR, tcr, true);
  view.setBigUint64(STATE.SCTLR, sctlr, true);
  for (const [i, k] of ['APIA', 'APIB', 'APDA', 'APDB', 'APGA'].entries()) {
    set(`${k}KeyLo_EL1`, 0x123456789n * BigInt(i + 1));
    set(`${k}KeyHi_EL1`, 0xfedcba987n * BigInt(i + 7));
  }
  const last: { outcome: unknown } = { outcome: undefined };
  const none = (): never => {
    throw new Error('not expected');
  };
  /** X0 after the instruction, with X0 and X1 before it. */
  const execute = (word: number, x0: bigint, x1 = 0n): bigint => {
    view.setBigUint64(xAddress(0), x0, true);
    view.setBigUint64(xAddress(1), x1, true);
    last.outcome = evaluate(decoder.decode(word)!, 0n, { view, memory: none, sysRead: none, sysWrite: none, fp: none });
    return view.getBigUint64(xAddress(0), true);
  };
  return {
    set,
    last,
    sign: (x: bigint, y: bigint, key: number) => execute(0xdac10020 | (key << 10), x, y), // pacia x0, x1
    authenticate: (x: bigint, y: bigint, key: number) => execute(0xdac11020 | (key << 10), x, y), // autia x0, x1
    strip: (x: bigint) => execute(0xdac143e0, x), // xpaci x0
    generic: (x: bigint, y: bigint) => execute(0x9ac13000, x, y), // pacga x0, x0, x1
  };
}
/** 48 bits in both ranges; TBI for both. */
const T48 = (16n << 16n) | 16n;
const TBI = 3n << 37n;
const KERNEL = 0xffff800010001234n;
const USER = 0x0000aaaabbbb1230n;

describe.each([
  ['without tags', T48],
  ['with tags', T48 | TBI],
])('pointer authentication %s', (_, tcr) => {
  const c = cpu(tcr);
  it.each([KERNEL, USER])('authenticates what it signed: %s', pointer => {
    const signed = c.sign(pointer, 99n, IA);
    expect(signed).not.toBe(pointer);
    expect(c.authenticate(signed, 99n, IA)).toBe(pointer);
    expect(c.strip(signed)).toBe(pointer);
    // The range of the pointer survives.
    expect((signed >> 55n) & 1n).toBe((pointer >> 55n) & 1n);
  });
  it('makes the pointer invalid for another modifier or key', () => {
    const signed = c.sign(KERNEL, 99n, IA);
    for (const wrong of [c.authenticate(signed, 98n, IA), c.authenticate(signed, 99n, IB)]) {
      expect(wrong).not.toBe(KERNEL);
      expect(c.strip(wrong)).toBe(KERNEL);
    }
  });
});

describe('pointer authentication', () => {
  it('keeps the tag of a data pointer', () => {
    const c = cpu(T48 | TBI);
    const pointer = 0x5a00aaaabbbb1230n;
    const signed = c.sign(pointer, 1n, DA);
    expect(signed >> 56n).toBe(0x5an);
    expect(c.authenticate(signed, 1n, DA)).toBe(pointer);
  });
  it('does nothing when the key is not enabled', () => {
    const c = cpu(T48, 0n);
    expect(c.sign(KERNEL, 1n, IA)).toBe(KERNEL);
    expect(c.authenticate(KERNEL, 1n, IA)).toBe(KERNEL);
  });
  it('gives 32 bits of generic code that depend on both operands', () => {
    const c = cpu(T48);
    const code = c.generic(5n, 6n);
    expect(code & 0xffffffffn).toBe(0n);
    expect(c.generic(5n, 7n)).not.toBe(code);
    expect(c.generic(4n, 6n)).not.toBe(code);
  });
});

describe('versions', () => {
  const bad = (features: readonly Feature[]) => {
    const c = cpu(T48, undefined, features);
    const signed = c.sign(KERNEL, 7n, IB);
    return { c, signed, failed: c.authenticate(signed, 8n, IB) };
  };
  it.each([
    ['v1', []],
    ['FEAT_EPAC', ['EPAC']],
  ] as const)('%s replaces the code of a failed authentication by an error code', (_, features) => {
    const { failed } = bad(features);
    expect(failed).toBe((KERNEL & ~(3n << 61n)) | (2n << 61n));
  });
  it('v1 corrupts, and FEAT_EPAC leaves out, the code of a pointer that was not canonical', () => {
    const wrong = 0x00ff_aaaa_bbbb_1230n;
    const v1 = cpu(T48);
    expect(v1.authenticate(v1.sign(wrong, 1n, IA), 1n, IA)).not.toBe(wrong);
    expect(cpu(T48, undefined, ['EPAC']).sign(wrong, 1n, IA)).toBe(0x0000_aaaa_bbbb_1230n);
  });
  it('FEAT_PAuth2 mixes codes in, and leaves what a failed authentication gives', () => {
    const { c, signed, failed } = bad(['PAuth2']);
    expect(c.authenticate(signed, 7n, IB)).toBe(KERNEL);
    expect(failed).not.toBe(KERNEL);
    expect(c.strip(failed)).toBe(KERNEL);
    // The code of the right modifier, mixed in again, gives the error back.
    expect(c.authenticate(c.sign(USER, 7n, IB), 7n, IB)).toBe(USER);
  });
  it('FEAT_FPAC raises an exception that names the key', () => {
    const { c, signed } = bad(['FPAC']);
    expect(c.last.outcome).toMatchObject({ kind: 'exception', ec: 0x1c, iss: 1 });
    c.authenticate(c.sign(KERNEL, 7n, DA), 8n, DA);
    expect(c.last.outcome).toMatchObject({ kind: 'exception', ec: 0x1c, iss: 2 });
    expect(c.authenticate(signed, 7n, IB)).toBe(KERNEL);
  });
  it.each([
    [[], 'ID_AA64ISAR1', 0x1000_0100n],
    [['EPAC'], 'ID_AA64ISAR1', 0x1000_0200n],
    [['PAuth2'], 'ID_AA64ISAR1', 0x1000_0300n],
    [['FPAC'], 'ID_AA64ISAR1', 0x1000_0400n],
    [['PAuth2', 'PACQARMA5'], 'ID_AA64ISAR1', 0x0100_0030n],
    [['FPACCOMBINE', 'PACQARMA3'], 'ID_AA64ISAR2', 0x5100n],
  ] as const)('%s is announced', (features, register, value) => {
    expect(idFieldsOf(featureSet(['PAuth', ...features])).get(register)).toBe(value);
  });
});

describe('algorithms', () => {
  const [P, T, W0, K0] = [0xfb623599da6e8127n, 0x477d469dec0b8762n, 0x84be85ce9804e94bn, 0xec2802d4e0a488e9n];
  // R. Avanzi, "The QARMA Block Cipher Family", test vectors of QARMA-64: S-box, rounds, result.
  it.each([
    [0, 5, 0x3ee99a6c82af0c38n],
    [0, 6, 0x9f5c41ec525603c9n],
    [0, 7, 0xbcaf6c89de930765n],
    [1, 5, 0x544b0ab95bda7c3an],
    [1, 6, 0xa512dd1e4e3ec582n],
    [1, 7, 0xedf67ff370a483f2n],
    [2, 5, 0xc003b93999b33765n],
    [2, 6, 0x270a787275c48d10n],
    [2, 7, 0x5c06a7501b63b2fdn],
  ])('QARMA-64 with sigma %i and %i rounds gives the published vector', (sigma, rounds, result) => {
    expect(qarma64(P, T, W0, K0, rounds, sigma)).toBe(result);
  });
  it('PACGA with QARMA5 gives the upper half of the published vector', () => {
    const c = cpu(T48, undefined, ['PACQARMA5']);
    c.set('APGAKeyHi_EL1', W0);
    c.set('APGAKeyLo_EL1', K0);
    expect(c.generic(P, T)).toBe(0xc003b93900000000n);
  });
  it.each(['PACQARMA5', 'PACQARMA3'] as const)('%s authenticates what it signed', algorithm => {
    for (const version of ['PAuth', 'PAuth2'] as const) {
      const c = cpu(T48 | TBI, undefined, [algorithm, version]);
      const signed = c.sign(KERNEL, 5n, IA);
      expect(signed).not.toBe(KERNEL);
      expect(c.authenticate(signed, 5n, IA)).toBe(KERNEL);
      expect(c.authenticate(signed, 6n, IA)).not.toBe(KERNEL);
      expect(c.generic(1n, 2n)).not.toBe(c.generic(1n, 3n));
    }
  });
  it('none leaves pointers alone', () => {
    const c = cpu(T48, undefined, ['PACNone']);
    expect([c.sign(KERNEL, 5n, IA), c.authenticate(USER, 5n, DA), c.strip(0x1234_aaaa_bbbb_1230n)]).toEqual([
      KERNEL,
      USER,
      0x1234_aaaa_bbbb_1230n,
    ]);
  });
});
