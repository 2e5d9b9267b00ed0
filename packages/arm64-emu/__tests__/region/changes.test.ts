// Code and mappings that change while they are hot; every mode must come to the same.
import { describe, expect, it } from 'vitest';
import { STATE } from '../../src/engine/state.js';
import { type Bench, bench, EXECUTIONS, RAM } from '../engine/bare.js';

const ALIAS = 0x7000_0000;
const SVC_0 = 0xd4000001;
const NOP = 0xd503201f;
const page = (n: number): number => RAM + n * 0x1000;

/** Runs the same in every mode, and expects one result. */
function everywhere<T>(run: (b: Bench) => T): T {
  const results = EXECUTIONS.map(execution => run(bench(execution)));
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0]!;
}
const outcome = ({ engine, host, x, pc }: Bench) => ({
  x: Array.from({ length: 10 }, (_, n) => x(n)),
  nzcv: engine.view.getUint32(STATE.NZCV, true),
  pc: pc(),
  log: [...host.log],
  executed: engine.executed(0),
});

/** add x1, x1, #1; subs x4, x4, #1; page end; add x2, x2, #1; b.ne to the first; svc */
const ACROSS = [0x91000421, 0xf1000484, 0x91000442, 0x54ffffa1, SVC_0];
/** add x1, x1, #1; tbz x4, #0, 1f; page end; add x2, x2, #1; subs x4, x4, #1; b.ne to the first; svc; 1: the same with x3 */
const TWO_WAYS_ACROSS = [
  0x91000421, 0x360000a4, 0x91000442, 0xf1000484, 0x54ffff81, SVC_0, 0x91000463, 0xf1000484, 0x54ffff01, SVC_0,
]; // biome-ignore format: code
/** Adds x4 to the words at x3, which steps by x6, and x1 sums them up. */
const SUM = [0xf9400067, 0x8b0400e7, 0xf9000067, 0x8b070021, 0x8b060063, 0xf1000484, 0x54ffff41, SVC_0];
/** Stores `add x1, x1, #(x4 & 255)`, made from w9, over its own fifth instruction at x5. */
const PATCH = [0x92401c87, 0x531654e7, 0x0b070128, 0xb90000a8, 0x91000021, 0xf1000484, 0x54ffff41, SVC_0];
/** Counts at x3, x4 times, with an exclusive pair: 1: ldxp; add x1, x1, #1; stxp; cbnz w6, 1b; subs x4, x4, #1; b.ne 1b; svc */
const EXCLUSIVE = [0xc87f0861, 0x91000421, 0xc8260861, 0x35ffffa6, 0xf1000484, 0x54ffff61, SVC_0];
const ADD_X1 = 0x91000021n;

describe('code that is hot', () => {
  it('goes on in whatever page follows', () => {
    const results = everywhere(b => {
      const start = page(2) - 8;
      b.code(ACROSS, start);
      b.engine.memory.write(page(9), new Uint8Array(new Uint32Array([0x91000842, ...ACROSS.slice(3)]).buffer)); // add x2, x2, #2
      b.setX(4, 5000n);
      b.run(100_000);
      b.host.mapped.set(page(2) >>> 12, page(9) >>> 12);
      b.engine.tlb(0).flushPage(page(2), 0);
      b.setX(4, 5000n);
      b.engine.view.setBigUint64(STATE.PC, BigInt(start), true);
      b.run(100_000);
      const again = outcome(b);
      b.host.missing.add(page(2) >>> 12);
      b.engine.tlb(0).flushPage(page(2), 0);
      b.engine.view.setBigUint64(STATE.PC, BigInt(start), true);
      b.run(100);
      return { again, gone: outcome(b) };
    });
    expect(results.again.x.slice(1, 5)).toEqual([10_000n, 15_000n, 0n, 0n]);
    expect(results.gone.log.at(-1)).toBe(`abort fetch ${page(2).toString(16)} at ${page(2).toString(16)}`);
  });

  it('goes on in whatever page follows, whichever way it takes at the end of one', () => {
    const results = everywhere(b => {
      const start = page(2) - 8;
      const again = (): void => {
        b.setX(4, 5001n);
        b.engine.view.setBigUint64(STATE.PC, BigInt(start), true);
        b.run(100_000);
      };
      b.code(TWO_WAYS_ACROSS, start);
      // add x2, x2, #2
      const other = [0x91000842, ...TWO_WAYS_ACROSS.slice(3)];
      b.engine.memory.write(page(9), new Uint8Array(new Uint32Array(other).buffer));
      again();
      const first = outcome(b);
      b.host.mapped.set(page(2) >>> 12, page(9) >>> 12);
      b.engine.tlb(0).flushPage(page(2), 0);
      again();
      return { first, second: outcome(b) };
    });
    expect(results.first.x.slice(1, 5)).toEqual([5001n, 2501n, 2500n, 0n]);
    expect(results.second.x.slice(1, 5)).toEqual([10_002n, 7503n, 5000n, 0n]);
  });

  it('writes itself anew in each round', () => {
    for (const at of [page(1), ALIAS]) {
      const { x } = everywhere(b => {
        b.host.mapped.set(ALIAS >>> 12, page(1) >>> 12);
        b.code(PATCH, page(1));
        b.setX(4, 300n);
        b.setX(5, BigInt(at + 16)); // the add
        b.setX(9, ADD_X1);
        b.run(100_000);
        return outcome(b);
      });
      expect(x[1]).toBe(Array.from({ length: 300 }, (_, i) => BigInt((i + 1) & 255)).reduce((a, c) => a + c));
    }
  });

  it('is replaced from outside between two runs, at any instruction', () => {
    const { x } = everywhere(b => {
      b.code(SUM, page(1));
      b.setX(3, BigInt(page(4)));
      b.setX(4, 4000n);
      b.run(9_999);
      // add x1, x1, x7 becomes a NOP
      b.engine.memory.write(page(1) + 12, new Uint8Array(Uint32Array.of(NOP).buffer));
      b.run(100_000);
      return outcome(b);
    });
    expect(x[4]).toBe(0n);
    expect(x[1]).toBeLessThan(x[7]! * 4000n);
  });

  it('accesses memory across pages, which need not be neighbours', () => {
    const { x } = everywhere(b => {
      b.host.mapped.set(page(6) >>> 12, page(20) >>> 12);
      b.code(SUM, page(1));
      b.setX(3, BigInt(page(4) + 4));
      b.setX(4, 4000n);
      b.setX(6, 12n); // some words lie in two pages
      b.run(100_000);
      const { bytes } = b.engine.memory;
      const sum = bytes.subarray(b.engine.memory.find(RAM)!.host).reduce((s, v, i) => (s * 31 + v * (i & 15)) | 0, 7);
      return { ...outcome(b), sum };
    });
    expect(x[4]).toBe(0n);
  });

  it.each([
    ['missing', (b: Bench) => b.host.missing, /^abort read/],
    ['read-only', (b: Bench) => b.host.readOnly, /^abort write/],
  ] as const)('meets a page that is %s, exactly where it is', (_name, pages, text) => {
    for (const offset of [0, 4]) {
      const { x, log, pc } = everywhere(b => {
        pages(b).add(page(9) >>> 12);
        b.code(SUM, page(1));
        b.setX(3, BigInt(page(5) + offset));
        b.setX(4, 100_000n);
        b.setX(6, 8n);
        b.run(200_000);
        return outcome(b);
      });
      expect(log).toEqual([expect.stringMatching(text)]);
      expect(x[3]).toBe(BigInt(page(9) - (offset === 0 ? 0 : 4)));
      expect(x[4]).toBe(100_000n - 2048n + (offset === 0 ? 0n : 1n));
      expect(pc).toBe(page(1) + (text.source.includes('read') ? 0 : 8));
    }
  });

  it('loses the permission for a page while it writes there', () => {
    const { log, executed } = everywhere(b => {
      b.code(SUM, page(1));
      b.setX(3, BigInt(page(5)));
      b.setX(4, 1_000_000n);
      b.run(50_001);
      b.host.readOnly.add(page(5) >>> 12);
      b.engine.tlb(0).flushPage(page(5), 0);
      b.run(50_000);
      return outcome(b);
    });
    expect(log).toEqual([`abort write ${page(5).toString(16)} at ${(page(1) + 8).toString(16)}`]);
    expect(executed).toBeLessThan(50_001 + 8);
  });

  it('reads and writes at one address, which need not be writable', () => {
    const { log, x, memory } = everywhere(b => {
      b.code(EXCLUSIVE, page(1));
      b.setX(3, BigInt(page(5)));
      b.setX(4, 10_000n);
      b.run(50_001);
      b.host.readOnly.add(page(5) >>> 12);
      b.engine.tlb(0).flushPage(page(5), 0);
      b.run(50_000);
      return { ...outcome(b), memory: [...b.engine.memory.view(page(5), 16)!] };
    });
    expect(log).toEqual([`abort write ${page(5).toString(16)} at ${(page(1) + 8).toString(16)}`]);
    const count = memory[0]! + memory[1]! * 256;
    expect(x[4]).toBe(10_000n - BigInt(count));
    expect(x[1]).toBe(BigInt(count + 1));
  });
});
