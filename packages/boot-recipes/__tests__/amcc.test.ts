import { describe, expect, it } from 'vitest';
import { Amcc } from '../src/machines/amcc.js';

const region = { dram: 0x40000000n, begin: 0x46ff8000n, end: 0x48004000n };
const make = (): Amcc => new Amcc(0x300000, { count: 4, stride: 0x40000 }, region);

describe('memory controller', () => {
  it('announces the region in every plane, in pages from the begin of DRAM, the last one included', () => {
    const amcc = make();
    for (let plane = 0; plane < 4; plane++) {
      expect(amcc.read(plane * 0x40000 + 0x680, 4) * 0x4000).toBe(0x6ff8000);
      expect((amcc.read(plane * 0x40000 + 0x684, 4) + 1) * 0x4000).toBe(0x8004000);
      expect(amcc.read(plane * 0x40000 + 0x68c, 4)).toBe(0);
      expect(amcc.read(plane * 0x40000 + 0x1c00, 4)).toBe(0);
    }
    expect(amcc.read(4 * 0x40000 + 0x680, 4)).toBe(0);
  });

  it('keeps the limits of a locked plane until reset', () => {
    const amcc = make();
    amcc.write(0x40680, 4, 5);
    expect(amcc.read(0x40680, 4)).toBe(5);
    amcc.write(0x4068c, 4, 1);
    for (const [offset, value] of [
      [0x40680, 6],
      [0x40684, 7],
      [0x4068c, 0],
    ] as const)
      amcc.write(offset, 4, value);
    expect([amcc.read(0x40680, 4), amcc.read(0x4068c, 4)]).toEqual([5, 1]);
    amcc.write(0x680, 4, 9);
    expect(amcc.read(0x680, 4)).toBe(9);
    amcc.reset();
    expect([amcc.read(0x40680, 4), amcc.read(0x4068c, 4)]).toEqual([0x1bfe, 0]);
  });

  it('stores other registers', () => {
    const amcc = make();
    amcc.write(0x2ffffc, 4, 0x80000001);
    expect(amcc.read(0x2ffffc, 4)).toBe(0x80000001);
  });
});
