import { describe, expect, it } from 'vitest';
import { Control } from '../../src/embed/control.js';
import { Coverage } from '../../src/trace/coverage.js';
import { TRACE_ITEMS, type TraceItem } from '../../src/trace/items.js';
import { Trace } from '../../src/trace/trace.js';
import { guest, RAM, words } from '../machine-support.js';

// adr x1, +0x1000 (vectors); msr vbar_el1, x1; mov x0, #3; 1: subs x0, x0, #1; b.ne 1b; udf #0; b .
const CODE = [0x10008001, 0xd518c001, 0xd2800060, 0xf1000400, 0x54ffffe1, 0x00000000, 0x14000000];
const LOOP = BigInt(RAM + 12);

function machine() {
  const made = guest(words(...CODE));
  // Synchronous exception at EL1 with SP_EL1: mrs x2, elr_el1; add x2, x2, #4; msr elr_el1, x2; eret
  made.bus.write(RAM + 0x1000 + 0x200, words(0xd5384022, 0x91001042, 0xd5184022, 0xd69f03e0));
  return made;
}
function traced(items: readonly TraceItem[], more: Partial<ConstructorParameters<typeof Trace>[0]> = {}) {
  const lines: string[] = [];
  const made = machine();
  const trace = new Trace({ items, write: line => lines.push(line), ...more });
  const stop = trace.attach(made);
  return { ...made, lines, trace, stop };
}

describe('Trace', () => {
  it('in_asm has each instruction once, exec each time', () => {
    const symbol = (pc: bigint): string | undefined => (pc === LOOP ? 'loop' : undefined);
    const once = traced(['in_asm'], { symbol });
    once.machine.runSync({ instructions: 9 });
    expect(once.lines.slice(2)).toEqual([
      'in_asm: 0x40000008:  d2800060  mov x0, #0x3',
      'in_asm: 0x4000000c:  f1000400  subs x0, x0, #0x1 <loop>',
      'in_asm: 0x40000010:  54ffffe1  b.ne 0x4000000c',
    ]);
    const every = traced(['exec'], { range: [LOOP, LOOP + 4n] });
    every.machine.runSync({ instructions: 9 });
    expect(every.lines).toHaveLength(3);
    every.stop();
    every.machine.runSync({ instructions: 100 });
    expect(every.lines).toHaveLength(3);
  });

  it('int, unimp and mmu have the exceptions that the guest takes', () => {
    const { machine: m, lines, stop } = traced(['int', 'unimp', 'mmu']);
    m.runSync({ instructions: 30 });
    expect(lines).toEqual([
      'int: unknown, syndrome 0x0; CPU 0, EL1, at 0x40000014',
      'unimp: undefined instruction 0x0; CPU 0, EL1, at 0x40000014',
    ]);
    m.within(0, cpu => {
      cpu.pc = 0x1_0000_0000_0000n; // beyond the physical address size
    });
    m.runSync({ instructions: 1 });
    expect(lines.slice(2)).toEqual([
      'int: instruction abort of 0x1000000000000: address size fault, level 0; CPU 0, EL1, at 0x1000000000000',
      'mmu: fetch of 0x1000000000000: address size fault, level 0 (translation is off)',
    ]);
    stop();
  });

  it('writes JSON lines, and leaves breakpoints out', () => {
    const lines: string[] = [];
    const made = machine();
    const control = new Control(made.machine, made.engine);
    new Trace({ items: ['int'], format: 'json', write: line => lines.push(line) }).attach(made);
    control.addBreakpoint(RAM + 8);
    expect(control.runSync({ instructions: 30 }).reason).toBe('breakpoint');
    expect(control.runSync({ instructions: 30 }).reason).toBe('instructions');
    expect(lines.map(line => JSON.parse(line) as unknown)).toEqual([
      { trace: 'int', cpu: 0, el: 1, exception: 'unknown, syndrome 0x0', ec: 0, iss: 0, pc: '0x40000014' },
    ]);
  });

  it('sorts messages of the machine', () => {
    const { trace, lines } = traced(['unimp', 'guest_errors']);
    trace.log('write to unknown system register S3_0_C15_C0_0 at 0x10');
    trace.log('read, 4 bytes, at unmapped 0x5');
    expect(lines.map(line => line.split(':')[0])).toEqual(['unimp', 'guest_errors']);
  });

  it('has blocks, registers, memory, devices and the TLB, filtered', () => {
    // movz x1, #0x900, lsl #16; mov x2, #65; 1: strb w2, [x1]; str x2, [x3]; ldr x4, [x3]; b 1b
    const made = guest(words(0xd2a12001, 0xd2800822, 0x39000022, 0xf9000062, 0xf9400064, 0x17fffffd));
    made.machine.within(0, cpu => cpu.setX(3, BigInt(RAM + 0x2000)));
    const lines: string[] = [];
    const data = [BigInt(RAM), BigInt(RAM + 0x10000)] as const;
    const trace = new Trace({ items: ['block', 'memory', 'device', 'tlb'], data, write: line => lines.push(line) });
    const stop = trace.attach(made);
    made.machine.runSync({ instructions: 6 });
    stop();
    made.machine.runSync({ instructions: 6 });
    expect(lines).toEqual([
      'block: 0x40000000; CPU 0, EL1',
      'tlb: fetch of 0x40000000 is 0x40000000; CPU 0, EL1',
      'device: write of 1 bytes at console+0x0, 0x41; at 0x40000008',
      'memory: write of 8 bytes at 0x40002000, 0x41; at 0x4000000c',
      'memory: read of 8 bytes at 0x40002000, 0x41; at 0x40000010',
    ]);
    const cpu: string[] = [];
    new Trace({ items: ['cpu'], format: 'json', limit: 2, write: line => cpu.push(line) }).attach(made);
    made.machine.runSync({ instructions: 60 });
    expect(cpu.map(line => JSON.parse(line) as unknown)).toMatchObject([
      { trace: 'cpu', cpu: 0, pc: '0x40000010', x2: '0x41', x3: '0x40002000' },
      { trace: 'cpu', cpu: 0, pc: '0x40000008' },
    ]);
  });

  it('does not change the run', () => {
    const plain = machine();
    const all = traced(Object.keys(TRACE_ITEMS) as TraceItem[]);
    for (const { machine: m } of [plain, all]) m.runSync({ instructions: 1000 });
    const state = ({ machine: m, x }: Pick<typeof plain, 'machine' | 'x'>) => [m.executed, m.time.now(), x(0), x(2)];
    expect(state(all)).toEqual(state(plain));
  });
});

describe('Coverage', () => {
  it('has the blocks that ran, as drcov', () => {
    const made = machine();
    const coverage = new Coverage(made, [{ name: 'guest', base: BigInt(RAM), size: 0x800 }]);
    made.machine.runSync({ instructions: 20 });
    coverage.stop();
    const at = (offset: number, size: number) => ({ start: BigInt(RAM + offset), size });
    expect(coverage.blocks).toEqual([at(0, 20), at(12, 8), at(20, 4), at(24, 4)]); // the vectors are in no module
    const bytes = coverage.drcov();
    const text = new TextDecoder('latin1').decode(bytes);
    const head = text.slice(0, text.indexOf('bbs\n') + 4);
    expect(head).toBe(
      'DRCOV VERSION: 2\nDRCOV FLAVOR: drcov\nModule Table: version 2, count 1\n' +
        'Columns: id, base, end, entry, checksum, timestamp, path\n' +
        '0, 0x40000000, 0x40000800, 0x0, 0x0, 0x0, guest\nBB Table: 4 bbs\n',
    );
    const table = new DataView(bytes.buffer, head.length);
    expect([table.getUint32(8, true), table.getUint16(12, true), table.getUint16(14, true)]).toEqual([12, 8, 0]);
    expect(bytes.length).toBe(head.length + 32);
  });
});
