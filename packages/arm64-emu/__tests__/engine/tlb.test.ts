import { describe, expect, it } from 'vitest';
import { CELL, TLB_ENTRIES, TLB_SET, TLB_START } from '../../src/engine/state.js';
import { Regime, Tlb } from '../../src/engine/tlb.js';

function bench() {
  const words = new Int32Array((TLB_START + 16 * TLB_SET.SIZE) / 4);
  const tlb = new Tlb(words, 0);
  tlb.active = true;
  tlb.select(Regime.privileged, Regime.unprivileged);
  /** What generated code finds for a read of `lo`, in the current set: the host address, or undefined. */
  const hit = (lo: number, hi = 0): number | undefined => {
    const index = ((lo >>> 12) ^ (lo >>> 22)) & (TLB_ENTRIES - 1);
    const entry = (words[CELL.TLB >> 2]! + index * 16) >> 2;
    return words[entry] === (lo & -4096) && words[entry + 1] === hi ? (lo + words[entry + 2]!) | 0 : undefined;
  };
  return { tlb, words, hit };
}
const READ = TLB_SET.READ;

describe('TLB', () => {
  it('leads addresses of a page to host addresses', () => {
    const { tlb, hit } = bench();
    tlb.current.fill(READ, 0x12345678, 0, 0x400000, false);
    expect([hit(0x12345000), hit(0x12345fff), hit(0x12346000), hit(0x12345678, 1)]).toEqual([
      0x400000,
      0x400fff,
      undefined,
      undefined,
    ]);
  });
  it('keeps pages that are a power of two apart', () => {
    const { tlb, hit } = bench();
    for (const lo of [0x8155e000, 0x8555e000]) tlb.current.fill(READ, lo | 0, 0, 0x400000, false);
    expect([hit(0x8155e000 | 0), hit(0x8555e000 | 0)]).toEqual([0x400000, 0x400000]);
  });
  it.each([10, 3 * TLB_ENTRIES])('drops %i entries, or those that are not global', count => {
    const { tlb, hit } = bench();
    const fill = (): void => {
      for (let n = 0; n < count; n++) tlb.current.fill(READ, n * 0x1000, 0, 0x400000, n % 2 === 1);
    };
    const hits = (): number =>
      Array.from({ length: count }, (_, n) => hit(n * 0x1000)).filter(h => h !== undefined).length;
    fill();
    const all = hits();
    expect(all).toBe(Math.min(count, TLB_ENTRIES));
    tlb.flushAsid(0);
    expect(hits()).toBe(all / 2);
    fill();
    tlb.flushAll();
    expect(hits()).toBe(0);
  });
  it('drops by what an entry is now, not by what was there before', () => {
    const { tlb, hit } = bench();
    const fill = (lo: number, nG: boolean) => tlb.current.fill(READ, lo, 0, 0x400000, nG);
    fill(0x1000, false);
    fill(0x1000, true);
    fill(0x2000, true);
    fill(0x2000, false);
    tlb.flushAsid(0);
    expect([hit(0x1000), hit(0x2000)]).toEqual([undefined, 0x400000]);
    tlb.flushAll();
    expect(hit(0x2000)).toBeUndefined();
  });
  it('keeps what belongs to address spaces apart, and global pages with each', () => {
    const { tlb, hit } = bench();
    tlb.setAsid(1);
    tlb.current.fill(READ, 0x1000, 0, 0x400000, true);
    tlb.setAsid(2);
    expect(hit(0x1000)).toBeUndefined();
    tlb.current.fill(READ, 0x1000, 0, 0x500000, true);
    tlb.setAsid(1);
    expect(hit(0x1000)).toBe(0x400000);
    // More address spaces than sets: the oldest one makes room, its global pages stay.
    tlb.current.fill(READ, 0x2000, 0, 0x600000, false);
    for (const asid of [3, 4, 5, 6, 7]) tlb.setAsid(asid);
    expect(hit(0x1000)).toBeUndefined();
    tlb.setAsid(1);
    expect(hit(0x1000)).toBeUndefined();
  });
  it('drops by address in every set, whatever the tag in the top byte', () => {
    const { tlb, hit } = bench();
    tlb.current.fill(READ, 0x3000, 0x0a000000, 0x400000, false);
    tlb.select(Regime.el0, Regime.el0);
    tlb.current.fill(READ, 0x3000, 0, 0x400000, true);
    tlb.flushPage(0x3000, 0);
    expect(hit(0x3000)).toBeUndefined();
    tlb.select(Regime.privileged, Regime.unprivileged);
    expect(hit(0x3000, 0x0a000000)).toBeUndefined();
  });
  it('drops an address space and leaves global pages', () => {
    const { tlb, hit } = bench();
    tlb.setAsid(7);
    tlb.current.fill(READ, 0x1000, 0, 0x400000, true);
    tlb.current.fill(READ, 0x2000, 0, 0x500000, false);
    tlb.flushAsid(8);
    expect(hit(0x1000)).toBe(0x400000);
    tlb.flushAsid(7);
    expect([hit(0x1000), hit(0x2000)]).toEqual([undefined, 0x500000]);
    tlb.flushAll();
    expect(hit(0x2000)).toBeUndefined();
  });
  it.each([0x400000, 0xc0400000])('drops write entries of a page that becomes code, at host address %i', host => {
    const { tlb, words } = bench();
    const entry = tlb.current.fill(TLB_SET.WRITE, 0x1000, 0, host, false);
    tlb.dropWrites(host + 0x1000);
    expect(words[(entry + TLB_SET.WRITE) >> 2]).toBe(0x1000);
    tlb.dropWrites(host);
    expect(words[(entry + TLB_SET.WRITE) >> 2]).toBe(-1);
  });
  it('does not tell generated code about a CPU that does not run', () => {
    const { tlb, words } = bench();
    const before = words[CELL.TLB >> 2];
    tlb.active = false;
    tlb.setAsid(9);
    expect(words[CELL.TLB >> 2]).toBe(before);
  });
});
