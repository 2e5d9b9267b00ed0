import { describe, expect, it } from 'vitest';
import { STATE } from '../../src/engine/state.js';
import { bench, DEVICE, RAM } from './bare.js';

// Assembled with GNU as.
const NOP = 0xd503201f;
const ADD_X1_1 = 0x91000421; // add x1, x1, #1
const B_SELF = 0x14000000; // b .
const SVC_5 = 0xd40000a1; // svc #5
const LDP_X1_X2_POST = 0xa8c10861; // ldp x1, x2, [x3], #16
const STR_X1_X3 = 0xf9000061; // str x1, [x3]
const LDR_X1_X3 = 0xf9400061; // ldr x1, [x3]
const STR_W1_X3 = 0xb9000061; // str w1, [x3]
const LDR_W1_X3 = 0xb9400061; // ldr w1, [x3]

describe('counting', () => {
  it('executes exactly the number asked for, wherever that ends', () => {
    const { engine, host, code, x, pc } = bench();
    // 2000 instructions in a row, over a page end, without a branch
    code([...new Array<number>(2000).fill(ADD_X1_1), B_SELF]);
    for (const count of [1, 2, 3, 500, 1000]) {
      const before = x(1);
      expect(engine.run(count)).toBe(count);
      expect(x(1) - before).toBe(BigInt(count));
    }
    expect(host.attentionWanted).toBe(false);
    engine.run(10_000);
    expect(x(1)).toBe(2000n);
    expect(pc()).toBe(RAM + 8000);
    expect(engine.executed(0)).toBe(11_506);
  });
  it('counts an exception as one instruction and reports its address', () => {
    const { engine, host, code, run } = bench();
    code([NOP, NOP, SVC_5]);
    expect(run(100)).toBe(3);
    expect(host.log).toEqual(['exception 15 5 at 40000008']);
    expect(engine.executed(0)).toBe(3);
  });
  it('ends although the exception vector cannot be fetched', () => {
    const { engine, host, code } = bench();
    code([0xd61f0060]); // br x3, to nowhere
    host.raise = () => {
      engine.view.setBigUint64(STATE.PC, 0x1000n, true);
    };
    expect(engine.run(5000)).toBe(5000);
  });
});

describe('faults', () => {
  it.each([
    ['first element', 0x3000_0000n, 'abort read 30000000'],
    ['second element', BigInt(RAM) + 0xff8n, 'abort read 40001000'],
  ])('LDP leaves no trace when its %s faults', (_, base, message) => {
    const { host, code, run, x, setX } = bench();
    host.missing.add(0x30000).add(0x40001);
    code([ADD_X1_1, LDP_X1_X2_POST], RAM + 0x2000);
    setX(1, 0x10n);
    setX(2, 0x22n);
    setX(3, base);
    expect(run(100)).toBe(2);
    expect(host.log).toEqual([`${message} at 40002004`]);
    expect([x(1), x(2), x(3)]).toEqual([0x11n, 0x22n, base]);
  });
  it('a store over a page end into a read-only page changes nothing', () => {
    const { engine, host, code, run, setX } = bench();
    host.readOnly.add(0x40003);
    code([STR_X1_X3]);
    setX(1, -1n);
    setX(3, BigInt(RAM) + 0x2ffcn);
    run(10);
    expect(host.log).toEqual(['abort write 40003000 at 40000000']);
    expect(engine.memory.view(RAM + 0x2ff8, 16)).toEqual(new Uint8Array(16));
  });
  it('UNDEFINED words raise an exception', () => {
    const { host, code, run } = bench();
    code([NOP, 0]);
    run(10);
    expect(host.log).toEqual(['exception 0 0 at 40000004']);
  });
  it('FP instructions trap while FP is disabled, others do not', () => {
    const { host, code, run, x } = bench();
    host.fpDisabled = true;
    code([ADD_X1_1, 0x1e604000]); // fmov d0, d0
    run(10);
    expect(host.log).toEqual([`exception 7 ${(1 << 24) | (0xe << 20)} at 40000004`]);
    expect(x(1)).toBe(1n);
  });
});

describe('memory', () => {
  it('loads and stores over a page end', () => {
    const { engine, code, run, x, setX } = bench();
    code([STR_X1_X3, 0xf9400062, SVC_5]); // ldr x2, [x3]
    setX(1, 0x1122334455667788n);
    setX(3, BigInt(RAM) + 0x1ffdn);
    run(10);
    expect(x(2)).toBe(0x1122334455667788n);
    expect([...engine.memory.view(RAM + 0x1ffd, 8)!]).toEqual([0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]);
  });
  it('asks for a translation once per page', () => {
    const { host, code, run, setX } = bench();
    code([LDR_X1_X3, LDR_X1_X3, LDR_X1_X3, SVC_5]);
    setX(3, BigInt(RAM) + 0x2000n);
    run(10);
    expect(host.translations).toBe(2); // one for fetching
  });
  it('executes code that is changed, in its own page and in others', () => {
    const { code, run, x, setX } = bench();
    // str w1, [x3]; then the instruction at +8 is what was stored
    code([STR_W1_X3, NOP, 0xd2800002, SVC_5]); // mov x2, #0
    setX(1, 0xd28000e2n); // mov x2, #7
    setX(3, BigInt(RAM) + 8n);
    run(10);
    expect(x(2)).toBe(7n);
    const b = bench();
    b.code([0x91000442, 0xd65f03c0], RAM + 0x4000); // add x2, x2, #1; ret
    // bl there; str w1, [x3]; bl there; svc
    b.code([0x94001000, STR_W1_X3, 0x94000ffe, SVC_5]);
    b.setX(1, 0x91004042n); // add x2, x2, #16
    b.setX(3, BigInt(RAM) + 0x4000n);
    b.run(20);
    expect(b.x(2)).toBe(17n);
  });
  it('notices code that is written from outside', () => {
    const { engine, code, run, x } = bench();
    code([ADD_X1_1, 0x17ffffff]); // b .-4
    run(2000);
    engine.memory.write(RAM, new Uint8Array(Uint32Array.of(SVC_5).buffer));
    const before = x(1);
    run(2000);
    expect(x(1)).toBe(before);
  });
});

describe('devices', () => {
  it('see each access once, with its size, and faults where nothing answers', () => {
    const seen: string[] = [];
    const { host, code, run, x, setX } = bench({
      io: {
        read(address, size) {
          seen.push(`r${size} ${address.toString(16)}`);
          return address < DEVICE + 16 ? 0x1234 : undefined;
        },
        write(address, size, value) {
          seen.push(`w${size} ${address.toString(16)} ${value.toString(16)}`);
          return true;
        },
      },
    });
    code([LDR_W1_X3, STR_W1_X3, 0xa9400861, 0xb9401061]); // ldp x1, x2, [x3]; ldr w1, [x3, #16]
    setX(3, BigInt(DEVICE));
    run(10);
    expect(seen).toEqual(['r4 9000000', 'w4 9000000 1234', 'r8 9000000', 'r8 9000008', 'r4 9000010']);
    expect(x(2)).toBe(0x1234n);
    expect(host.log).toEqual(['external read 9000010 at 4000000c']);
  });
  it('stop the run behind the access that asks for attention, without repeating it', () => {
    let writes = 0;
    const { engine, host, code, x, setX, pc } = bench({
      io: {
        read: () => undefined,
        write: () => {
          writes++;
          host.attentionWanted = true;
          return true;
        },
      },
    });
    code([ADD_X1_1, 0xf8008461, ADD_X1_1, ADD_X1_1]); // str x1, [x3], #8
    setX(3, BigInt(DEVICE));
    expect(engine.run(5000)).toBe(2);
    expect([writes, x(1), x(3), pc()]).toEqual([1, 1n, BigInt(DEVICE) + 8n, RAM + 8]);
  });
});

describe('branch target identification', () => {
  const BLR_X3 = 0xd63f0060;
  const BR_X3 = 0xd61f0060;
  const BR_X16 = 0xd61f0200;
  const BTI_C = 0xd503245f;
  const BTI_J = 0xd503249f;
  const PACIASP = 0xd503233f;
  const RET_X3 = 0xd65f0060;
  it.each([
    ['blr to bti c', BLR_X3, BTI_C, false],
    ['blr to bti j', BLR_X3, BTI_J, true],
    ['br to bti c', BR_X3, BTI_C, true],
    ['br to bti j', BR_X3, BTI_J, false],
    ['br through x16 to bti c', BR_X16, BTI_C, false],
    ['blr to anything else', BLR_X3, NOP, true],
    ['blr to paciasp', BLR_X3, PACIASP, false],
    ['ret to anything', RET_X3, NOP, false],
  ])('%s', (_, branch, target, refused) => {
    const { engine, host, code, run, setX } = bench();
    host.translation.guarded = true;
    engine.memory.write(RAM + 0x2000, new Uint8Array(Uint32Array.of(target, SVC_5).buffer));
    code([branch]);
    setX(3, BigInt(RAM) + 0x2000n);
    setX(16, BigInt(RAM) + 0x2000n);
    for (let again = 0; again < 2; again++) {
      // the second time every page is in the TLB
      engine.view.setBigUint64(STATE.PC, BigInt(RAM), true);
      host.log.length = 0;
      run(10);
      const btype = branch === BLR_X3 ? 2 : 3;
      expect(host.log).toEqual([refused ? `exception d ${btype} at 40002000` : 'exception 15 5 at 40002004']);
      engine.view.setInt32(STATE.BTYPE, 0, true);
    }
  });
  it('does not look at pages that are not guarded', () => {
    const { engine, host, code, run, setX } = bench();
    engine.memory.write(RAM + 0x2000, new Uint8Array(Uint32Array.of(NOP, SVC_5).buffer));
    code([BLR_X3]);
    setX(3, BigInt(RAM) + 0x2000n);
    run(10);
    expect(host.log).toEqual(['exception 15 5 at 40002004']);
  });
});
