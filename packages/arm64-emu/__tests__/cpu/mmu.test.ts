import { describe, expect, it } from 'vitest';
import { Stage1 } from '../../src/cpu/mmu.js';
import { appleA12, type CpuModel, cortexA72, max } from '../../src/cpu/models.js';
import { el1Regime } from '../../src/cpu/regime.js';
import { Access, Fault, OK } from '../../src/cpu/walk.js';
import { Ram } from '../cpu-support.js';

const { read, write, fetch, unprivileged, pan } = Access;
const VALID_TABLE = 3n;
const AF = 1n << 10n;
const USER = 1n << 6n;
const RO = 1n << 7n;
const NG = 1n << 11n;
const PXN = 1n << 53n;
const UXN = 1n << 54n;
const DBM = 1n << 51n;
const MAIR = 0xff_04n; // 0: Device-nGnRE, 1: Normal write-back
const NORMAL = 1n << 2n;
const IPS48 = 5n << 32n;
const L0 = 0x4000_0000;
const L1 = 0x4000_4000;
const L2 = 0x4000_8000;
const L3 = 0x4001_0000;
const PAGE = 0x4020_0000n;

interface Setup {
  model?: CpuModel;
  tcr: bigint;
  sctlr?: bigint;
  ttbr0?: number;
  ttbr1?: number;
}
function mmu(ram: Ram, o: Setup): Stage1 {
  const regs = {
    sctlr: o.sctlr ?? 1n,
    tcr: o.tcr,
    ttbr0: BigInt(o.ttbr0 ?? 0),
    ttbr1: BigInt(o.ttbr1 ?? 0),
    mair: MAIR,
  };
  return new Stage1(ram, el1Regime(o.model ?? max, regs));
}
const at = (m: Stage1, va: bigint, access: number) =>
  m.translate(Number(va & 0xffff_ffffn) | 0, Number(va >> 32n) | 0, access);

/** 4K granule, 48-bit, four levels for VA 0x1234_5678_9000. */
const VA = 0x1234_5678_9000n;
function fourLevels(leaf: bigint, o: Partial<Setup> = {}, tables = 0n) {
  const ram = new Ram();
  ram.set(L0 + Number((VA >> 39n) & 511n) * 8, BigInt(L1) | VALID_TABLE | tables);
  ram.set(L1 + Number((VA >> 30n) & 511n) * 8, BigInt(L2) | VALID_TABLE);
  ram.set(L2 + Number((VA >> 21n) & 511n) * 8, BigInt(L3) | VALID_TABLE);
  ram.set(L3 + Number((VA >> 12n) & 511n) * 8, leaf);
  return { ram, m: mmu(ram, { tcr: 16n | (16n << 16n) | (2n << 30n) | IPS48, ttbr0: L0, ...o }) };
}

describe('walks', () => {
  it('finds a 4K page through four levels', () => {
    const { m } = fourLevels(PAGE | 3n | AF | NORMAL);
    expect(at(m, VA + 0xabcn, read)).toBe(OK);
    expect(m.pa).toBe(0x4020_0abc);
    expect(m.attr).toBe(0xff);
    expect(m.isDevice).toBe(false);
    expect(m.sizeLog2).toBe(12);
  });

  it.each([
    ['L0', L0, 0],
    ['L1', L1, 1],
    ['L2', L2, 2],
    ['L3', L3, 3],
  ])('reports an invalid descriptor at %s', (_, table, level) => {
    const { ram, m } = fourLevels(PAGE | 3n | AF);
    for (let n = 0; n < 512; n++) ram.set(table + n * 8, 0n);
    expect(at(m, VA, read)).toBe(Fault.translation + level);
  });

  it('treats a block encoding at level 3 and at level 0 as invalid', () => {
    expect(at(fourLevels(PAGE | 1n | AF).m, VA, read)).toBe(Fault.translation + 3);
    const { ram, m } = fourLevels(0n);
    ram.set(L0 + Number((VA >> 39n) & 511n) * 8, 0x4000_0401n);
    expect(at(m, VA, read)).toBe(Fault.translation + 0);
  });

  it('maps 1G and 2M blocks of the 4K granule', () => {
    const ram = new Ram();
    ram.set(L1, 0x8000_0000n | 1n | AF | NORMAL);
    ram.set(L1 + 8, BigInt(L2) | VALID_TABLE);
    ram.set(L2 + 3 * 8, 0xc060_0000n | 1n | AF | NORMAL);
    const m = mmu(ram, { tcr: 25n | IPS48, ttbr0: L1 }); // 39 bits: level 1 first
    expect(at(m, 0x3fff_fff8n, read)).toBe(OK);
    expect([m.pa, m.sizeLog2]).toEqual([0xbfff_fff8, 30]);
    expect(at(m, 0x4000_0000n + 3n * 0x20_0000n + 0x12345n, read)).toBe(OK);
    expect([m.pa, m.sizeLog2, m.level]).toEqual([0xc061_2345, 21, 2]);
  });

  it('maps pages and 32M blocks of the 16K granule, TTBR1 as XNU has it', () => {
    const ram = new Ram();
    const va = 0xffff_fe00_0400_0000n; // T1SZ 17: 47 bits, level 1 first
    const l1 = L0;
    const l2 = L1;
    const l3 = L2;
    ram.set(l1 + Number((va >> 36n) & 0x7ffn) * 8, BigInt(l2) | VALID_TABLE);
    ram.set(l2 + Number((va >> 25n) & 0x7ffn) * 8, 0x4200_0000n | 1n | AF | NORMAL);
    ram.set(l2 + Number((va >> 25n) & 0x7ffn) * 8 + 8, BigInt(l3) | VALID_TABLE);
    ram.set(l3 + 5 * 8, 0x4010_4000n | 3n | AF | NORMAL);
    const m = mmu(ram, { model: appleA12, tcr: 0x226_511a_511n, ttbr1: l1 });
    expect(at(m, va + 0x123_4567n, read)).toBe(OK);
    expect([m.pa, m.sizeLog2]).toEqual([0x4323_4567, 25]);
    expect(at(m, va + 0x200_0000n + 5n * 0x4000n + 0x3ff0n, read)).toBe(OK);
    expect([m.pa, m.sizeLog2]).toEqual([0x4010_7ff0, 14]);
  });

  it('maps pages and 512M blocks of the 64K granule', () => {
    const ram = new Ram();
    const tcr = 22n | (1n << 14n) | IPS48; // 42 bits: level 2 first
    ram.set(L3, 0x6000_0000n | 1n | AF | NORMAL);
    ram.set(L3 + 8, BigInt(L3 + 0x1_0000) | VALID_TABLE);
    ram.set(L3 + 0x1_0000 + 7 * 8, 0x4003_0000n | 3n | AF | NORMAL);
    const m = mmu(ram, { tcr, ttbr0: L3 });
    expect(at(m, 0x1fff_fff0n, read)).toBe(OK);
    expect([m.pa, m.sizeLog2]).toEqual([0x7fff_fff0, 29]);
    expect(at(m, 0x2007_8888n, read)).toBe(OK);
    expect([m.pa, m.sizeLog2]).toEqual([0x4003_8888, 16]);
  });

  it('rejects a granule that the model does not have', () => {
    const { m } = fourLevels(PAGE | 3n | AF, { model: appleA12 });
    expect(at(m, VA, read)).toBe(Fault.translation);
    expect(cortexA72.features.has('TGran16')).toBe(false);
  });

  it('reports tables outside RAM as an external abort of the walk', () => {
    const { ram, m } = fourLevels(0n);
    ram.set(L1 + Number((VA >> 30n) & 511n) * 8, 0x9_0000_0000n | VALID_TABLE);
    expect(at(m, VA, read)).toBe(Fault.externalWalk + 2);
  });

  it('reports output addresses beyond IPS', () => {
    const big = 1n << 40n;
    const tcr40 = 16n | (2n << 30n) | (2n << 32n);
    expect(at(fourLevels(big | 3n | AF, { tcr: tcr40 }).m, VA, read)).toBe(Fault.addressSize + 3);
    expect(at(fourLevels(big | 3n | AF).m, VA, read)).toBe(OK);
    const { ram } = fourLevels(0n);
    const regs = { sctlr: 1n, tcr: tcr40, ttbr0: big, ttbr1: 0n, mair: MAIR };
    expect(at(new Stage1(ram, el1Regime(max, regs)), VA, read)).toBe(Fault.addressSize);
  });
});

describe('input addresses', () => {
  const page = PAGE | 3n | AF | NORMAL;
  it('must be canonical for their range', () => {
    const { m } = fourLevels(page);
    expect(at(m, VA | (1n << 48n), read)).toBe(Fault.translation);
    expect(at(m, VA | (0xabn << 56n), read)).toBe(Fault.translation);
    expect(at(m, 0xff7f_ffff_ffff_f000n, read)).toBe(Fault.translation);
  });
  it('ignore the top byte with TBI, instructions too unless TBID', () => {
    const tcr = 16n | (2n << 30n) | IPS48 | (1n << 37n);
    const tagged = VA | (0xabn << 56n);
    const plain = fourLevels(page, { tcr }).m;
    expect(at(plain, tagged, read)).toBe(OK);
    expect(at(plain, tagged, fetch)).toBe(OK);
    const tbid = fourLevels(page, { tcr: tcr | (1n << 51n) }).m;
    expect(at(tbid, tagged, read)).toBe(OK);
    expect(at(tbid, tagged, fetch)).toBe(Fault.translation);
  });
  it('fault at level 0 when walks are disabled (EPD), or for EL0 with E0PD', () => {
    const tcr = 16n | (2n << 30n) | IPS48;
    expect(at(fourLevels(page, { tcr: tcr | (1n << 7n) }).m, VA, read)).toBe(Fault.translation);
    const e0pd = fourLevels(page | USER, { tcr: tcr | (1n << 55n) }).m;
    expect(at(e0pd, VA, read | unprivileged)).toBe(Fault.translation);
    expect(at(e0pd, VA, read)).toBe(OK);
  });
});

describe('permissions', () => {
  // leaf bits, then what EL1 and EL0 may do
  it.each<[string, bigint, number, number]>([
    ['EL1 rw', 0n, read | write | fetch, fetch],
    ['EL0 rw', USER, read | write, read | write | fetch],
    ['EL1 ro', RO, read | fetch, fetch],
    ['EL0 ro', RO | USER, read | fetch, read | fetch],
    ['PXN', PXN, read | write, fetch],
    ['UXN', UXN, read | write | fetch, 0],
    ['PXN UXN EL0 rw', PXN | UXN | USER, read | write, read | write],
  ])('%s', (_, bits, el1, el0) => {
    const { m } = fourLevels(PAGE | 3n | AF | NORMAL | bits);
    for (const a of [read, write, fetch]) {
      expect(at(m, VA, a)).toBe((el1 & a) !== 0 ? OK : Fault.permission + 3);
      expect(at(m, VA, a | unprivileged)).toBe((el0 & a) !== 0 ? OK : Fault.permission + 3);
    }
  });

  it('WXN makes what is writable not executable', () => {
    const sctlr = 1n | (1n << 19n);
    expect(at(fourLevels(PAGE | 3n | AF, { sctlr }).m, VA, fetch)).toBe(Fault.permission + 3);
    expect(at(fourLevels(PAGE | 3n | AF | RO, { sctlr }).m, VA, fetch)).toBe(OK);
    expect(at(fourLevels(PAGE | 3n | AF | USER, { sctlr }).m, VA, fetch | unprivileged)).toBe(Fault.permission + 3);
  });

  it('PAN stops EL1 data accesses to user pages, not fetches or unprivileged accesses', () => {
    const { m } = fourLevels(PAGE | 3n | AF | USER | RO);
    expect(at(m, VA, read | pan)).toBe(Fault.permission + 3);
    expect(at(m, VA, fetch | pan)).toBe(OK);
    expect(at(m, VA, read | unprivileged)).toBe(OK);
    expect(at(fourLevels(PAGE | 3n | AF).m, VA, write | pan)).toBe(OK);
  });

  it('tables restrict what is below, unless HPD', () => {
    const rw = PAGE | 3n | AF | USER;
    const apTable0 = 1n << 61n;
    const apTable1 = 1n << 62n;
    expect(at(fourLevels(rw, {}, apTable0).m, VA, read | unprivileged)).toBe(Fault.permission + 3);
    expect(at(fourLevels(rw, {}, apTable1).m, VA, write)).toBe(Fault.permission + 3);
    expect(at(fourLevels(PAGE | 3n | AF, {}, 1n << 59n).m, VA, fetch)).toBe(Fault.permission + 3);
    expect(at(fourLevels(PAGE | 3n | AF, {}, 1n << 60n).m, VA, fetch | unprivileged)).toBe(Fault.permission + 3);
    const tcr = 16n | (2n << 30n) | IPS48 | (1n << 41n);
    expect(at(fourLevels(rw, { tcr }, apTable0 | apTable1).m, VA, write | unprivileged)).toBe(OK);
  });
});

describe('Access flag and dirty state', () => {
  const leafAt = L3 + Number((VA >> 12n) & 511n) * 8;
  const tcr = 16n | (2n << 30n) | IPS48;
  it('faults on a clear Access flag, before permissions', () => {
    expect(at(fourLevels(PAGE | 3n | RO).m, VA, write)).toBe(Fault.accessFlag + 3);
  });
  it('sets it with HA', () => {
    const { ram, m } = fourLevels(PAGE | 3n, { tcr: tcr | (1n << 39n) });
    expect(at(m, VA, read)).toBe(OK);
    expect(ram.get(leafAt)).toBe(PAGE | 3n | AF);
    expect(ram.changes).toEqual([leafAt]);
  });
  it('ignores HA on a model without it', () => {
    const { m } = fourLevels(PAGE | 3n, { tcr: tcr | (1n << 39n), model: cortexA72 });
    expect(at(m, VA, read)).toBe(Fault.accessFlag + 3);
  });
  it('makes a writable-clean page dirty at the first write with HD', () => {
    const clean = PAGE | 3n | AF | RO | DBM;
    const { ram, m } = fourLevels(clean, { tcr: tcr | (3n << 39n) });
    expect(at(m, VA, read)).toBe(OK);
    expect(m.allowed & write).toBe(0);
    expect(ram.get(leafAt)).toBe(clean);
    expect(at(m, VA, write)).toBe(OK);
    expect(ram.get(leafAt)).toBe(clean & ~RO);
    expect(at(fourLevels(clean, { tcr: tcr | (1n << 39n) }).m, VA, write)).toBe(Fault.permission + 3);
  });
});

describe('attributes and translation off', () => {
  it('takes device, nG and guarded from the leaf', () => {
    const { m } = fourLevels(PAGE | 3n | AF | NG | (1n << 50n));
    expect(at(m, VA, read)).toBe(OK);
    expect([m.isDevice, m.attr, m.nG, m.guarded]).toEqual([true, 0x04, true, true]);
  });
  it('is flat and Device when SCTLR.M is clear, within the physical size', () => {
    const m = mmu(new Ram(), { tcr: IPS48, sctlr: 0n });
    expect(at(m, 0x4_1234_5678n, write)).toBe(OK);
    expect([m.pa, m.isDevice]).toEqual([0x4_1234_5678, true]);
    expect(at(m, 1n << 50n, read)).toBe(Fault.addressSize);
    expect(at(m, 0xffff_0000_0000_0000n, read)).toBe(Fault.addressSize);
  });
});
