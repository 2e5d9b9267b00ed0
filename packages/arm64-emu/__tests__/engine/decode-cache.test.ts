import { describe, expect, it } from 'vitest';
import { bench, EXECUTIONS, RAM } from './bare.js';

const SVC_0 = 0xd4000001;
const ADD_X1_1 = 0x91000421; // add x1, x1, #1
const STR_W2_X3_POST = 0xb8004462; // str w2, [x3], #4
const branch = (from: number, to: number): number => (0x14000000 | (((to - from) >> 2) & 0x3ffffff)) >>> 0;
const page = (n: number): number => RAM + n * 0x1000;

describe.each(EXECUTIONS)('decode cache, $mode', execution => {
  it('runs code that needs more pages than it has room for', () => {
    const { code, run, x } = bench({ codePages: 3, ...execution });
    // a ring of eight pages
    for (let n = 0; n < 8; n++) code([ADD_X1_1, branch(page(n) + 4, page((n + 1) % 8))], page(n));
    code([ADD_X1_1, branch(page(0) + 4, page(1))], page(0));
    run(5000);
    expect(x(1)).toBe(2500n);
  });
  it('tells a branch within its page from the same one to another page', () => {
    const { code, run, host } = bench(execution);
    const half = branch(0, 0x800);
    // Within the page, to the next one, within that, and once more.
    for (let n = 0; n < 6; n++) code([n < 5 ? half : SVC_0], RAM + n * 0x800);
    run(100);
    expect(host.log).toEqual([`exception 15 0 at ${(RAM + 5 * 0x800).toString(16)}`]);
  });
  it('lets a page become data again, and code after that', () => {
    const { engine, code, run, x, setX, host } = bench(execution);
    const fill = (): void => {
      // 64 stores into page 4, then on to page 4
      code([STR_W2_X3_POST, 0xf1000484, 0x54ffffc1, branch(page(0) + 12, page(4) + 0x100)]); // subs x4, x4, #1; b.ne
      setX(3, BigInt(page(4)));
      setX(4, 64n);
      run(1000);
    };
    engine.memory.write(
      page(4),
      new Uint8Array(Uint32Array.from({ length: 66 }, (_, i) => (i < 65 ? ADD_X1_1 : SVC_0)).buffer),
    );
    code([ADD_X1_1, branch(page(0) + 4, page(4))]);
    setX(2, BigInt(SVC_0));
    run(100);
    expect(x(1)).toBe(66n);
    host.log.length = 0;
    fill();
    expect(host.log).toEqual([`exception 15 0 at ${(page(4) + 0x104).toString(16)}`]);
    // What was stored is executed.
    host.log.length = 0;
    code([branch(page(0), page(4) + 8)]);
    run(100);
    expect(host.log).toEqual([`exception 15 0 at ${(page(4) + 8).toString(16)}`]);
  });
});
