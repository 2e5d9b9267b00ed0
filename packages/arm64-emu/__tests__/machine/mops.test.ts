import { describe, expect, it } from 'vitest';
import '../../src/a64/index.js';
import { Decoder } from '../../src/a64/spec/index.js';
import { type CpuModel, cortexA72, max, withFeatures } from '../../src/cpu/models.js';
import { STATE, xAddress } from '../../src/engine/state.js';
import { evaluate } from '../../src/eval/evaluator.js';
import { fpOperation } from '../../src/fp/ops.js';
import { guest, IRQS, RAM, words } from '../machine-support.js';

// QEMU 7.2 has no FEAT_MOPS. What memory and registers must hold follows from the Arm ARM's pseudocode for option A;
// words are GNU as's; what is IMPLEMENTATION DEFINED (how much each instruction moves) is not looked at, but for the
// places that say so.

const MODES = ['interpreter', 'compiled'] as const;
const [CPYFP, CPYFM, CPYFE] = [0x19010440, 0x19410440, 0x19810440] as const; // [x0]!, [x1]!, x2!
const [CPYP, CPYM, CPYE] = [0x1d010440, 0x1d410440, 0x1d810440] as const;
const [SETP, SETM, SETE] = [0x19c10440, 0x19c14440, 0x19c18440] as const; // [x0]!, x2!, x1
const FORWARD = [CPYFP, CPYFM, CPYFE];
const OVERLAPPING = [CPYP, CPYM, CPYE];
const FILL = [SETP, SETM, SETE];
/** mrs x5, esr_el1; mrs x6, far_el1; mrs x7, elr_el1; power off by PSCI */
const REPORT = [0xd5385205, 0xd5386006, 0xd5384027, 0xd2b08000, 0xf2800100, 0xd4000003];
const AT_EL2 = REPORT.map(w => (w >>> 20 === 0xd53 ? w | 0x4_0000 : w) >>> 0);
const NZCV_TO_X9 = 0xd53b4209;
const KEEP = [0xaa0003ea, 0xaa0103eb]; // mov x10, x0; mov x11, x1
const DATA = RAM + 0x2_0000;
const DATA_SIZE = 0x1_0000;
const RAM_END = RAM + 0x40_0000;
const UNDEFINED = 0x0200_0000n;
const MSCEN = 1n << 33n;

interface Case {
  readonly mode?: (typeof MODES)[number];
  readonly model?: CpuModel;
  readonly to?: number;
  readonly from?: number;
  readonly size?: bigint;
  readonly nzcv?: number;
  readonly level?: 0 | 1;
  readonly mscen?: boolean;
  readonly hcrx?: bigint;
}

const byteAt = (i: number): number => ((i * 7) ^ (i >> 8)) & 0xff;

/** A machine about to run `code` and switch off, with a pattern in memory. */
function prepared(code: readonly number[], { mode = 'interpreter', model = max, level = 1, ...c }: Case) {
  const built = guest(words(...code, NZCV_TO_X9, ...KEEP, 0xd2800005, ...REPORT.slice(3)), { model, mode });
  const { machine, bus } = built;
  bus.write(
    DATA,
    Uint8Array.from({ length: DATA_SIZE }, (_, i) => byteAt(i)),
  );
  for (const vector of [0x200, 0x400]) {
    bus.write(RAM + 0x800 + vector, words(...REPORT));
    bus.write(RAM + 0x1000 + vector, words(...AT_EL2));
  }
  machine.within(0, cpu => {
    cpu.defaultCacheable = true;
    cpu.write('VBAR_EL1', BigInt(RAM + 0x800));
    cpu.assign('SCTLR_EL1', cpu.model.sctlr | (c.mscen ? MSCEN : 0n));
    cpu.setX(0, BigInt(c.to ?? DATA));
    cpu.setX(1, BigInt(c.from ?? DATA + 0x8000));
    cpu.setX(2, c.size ?? 0n);
    cpu.setNzcv(c.nzcv ?? 0);
    if (cpu.el === 2) {
      cpu.write('VBAR_EL2', BigInt(RAM + 0x1000));
      cpu.assign('HCR_EL2', cpu.read('HCR_EL2') | (1n << 41n) | (1n << 40n));
      cpu.assign('HCRX_EL2', c.hcrx ?? 0n);
    }
    if (cpu.el > level) {
      const el = cpu.el;
      cpu.write(`ELR_EL${el}`, BigInt(RAM));
      cpu.write(`SPSR_EL${el}`, BigInt((c.nzcv ?? 0) * 2 ** 28 + (level === 0 ? 0 : 0x3c5)));
      cpu.exceptionReturn();
    }
  });
  return built;
}
function finish({ machine, x, bus }: ReturnType<typeof prepared>) {
  for (let turns = 0; machine.runSync({ instructions: 100_000 }) !== 'poweroff'; turns++)
    expect(turns).toBeLessThan(20);
  const memory = bus.read(DATA, DATA_SIZE)!;
  return { esr: x(5), far: x(6), elr: Number(x(7)) - RAM, x, machine, memory };
}
const run = (code: readonly number[], c: Case) => finish(prepared(code, c));
const ended = (r: ReturnType<typeof run>) => ({
  esr: r.esr,
  to: Number(r.x(10)) - DATA,
  from: Number(r.x(11)) - DATA,
  size: r.x(2),
  nzcv: r.x(9),
});
const done = { esr: 0n, size: 0n, nzcv: 0n };
const SIZES = [0, 1, 7, 8, 15, 16, 17, 63, 64, 65, 127, 128, 4099];

describe.each(MODES)('memory copy and set (%s)', mode => {
  it.each(SIZES)('CPYF of %i bytes', size => {
    const [to, from] = [DATA + 0xff5, DATA + 0x8ffb];
    const r = run(FORWARD, { mode, to, from, size: BigInt(size), nzcv: 15 });
    expect(ended(r)).toEqual({ ...done, to: 0xff5 + size, from: 0x8ffb + size });
    const expected = Uint8Array.from({ length: DATA_SIZE }, (_, i) => byteAt(i));
    expected.copyWithin(0xff5, 0x8ffb, 0x8ffb + size);
    expect(Buffer.compare(r.memory, expected)).toBe(0);
  });

  it.each(SIZES)('SET of %i bytes', size => {
    const r = run(FILL, { mode, to: DATA + 0xff5, from: 0x1_23a5, size: BigInt(size), nzcv: 15 });
    expect(ended(r)).toMatchObject({ ...done, to: 0xff5 + size });
    const expected = Uint8Array.from({ length: DATA_SIZE }, (_, i) => byteAt(i));
    expected.fill(0xa5, 0xff5, 0xff5 + size);
    expect(Buffer.compare(r.memory, expected)).toBe(0);
  });

  it.each([
    ['a little further up', 5, 3000],
    ['a block further up', 16, 3000],
    ['further down', -11, 3000],
    ['in place', 0, 3000],
    ['with no overlap', 4000, 3000],
    ['less than a block, further up', 3, 11],
  ])('CPY %s', (_, distance, size) => {
    const r = run(OVERLAPPING, { mode, to: DATA + 0x4003 + distance, from: DATA + 0x4003, size: BigInt(size) });
    const backward = distance > 0 && distance < size;
    // A backward copy leaves the addresses where they were.
    const moved = backward ? 0 : size;
    expect(ended(r)).toEqual({ ...done, to: 0x4003 + distance + moved, from: 0x4003 + moved });
    const expected = Uint8Array.from({ length: DATA_SIZE }, (_, i) => byteAt(i));
    expected.copyWithin(0x4003 + distance, 0x4003, 0x4003 + size);
    expect(Buffer.compare(r.memory, expected)).toBe(0);
  });

  it('what is moved before a fault is moved, and the registers say what is left', () => {
    const size = 1000n;
    const r = run(FORWARD, { mode, to: DATA + 3, from: RAM_END - 100, size });
    const left = -BigInt.asIntN(64, r.x(2));
    const moved = Number(size - left);
    expect(r.esr >> 26n).toBe(0x25n);
    expect(r.elr).toBe(4);
    // A block that is not there in full may or may not have begun; it is 16 bytes here.
    expect(moved).toBeGreaterThan(100 - 16);
    expect(moved).toBeLessThanOrEqual(100);
    expect(Number(r.far)).toBeLessThanOrEqual(RAM_END);
    const untouched = Array.from({ length: 100 }, (_, i) => byteAt(3 + moved + i));
    expect([...r.memory.subarray(3 + moved, 3 + moved + 100)]).toEqual(untouched);
    expect([...r.memory.subarray(3, 3 + moved)].every(b => b === 0)).toBe(true);
  });

  it.each([FORWARD, OVERLAPPING, FILL])('one instruction at a time it comes to the same', (...code) => {
    const c = { mode, to: DATA + 0x203, from: DATA + 0x1f0, size: 777n };
    const whole = run(code, c);
    const { machine, bus, x } = prepared(code, c);
    let turns = 0;
    while (machine.runSync({ instructions: 1 }) !== 'poweroff') turns++;
    expect(turns).toBeGreaterThan(10);
    expect(machine.executed).toBe(whole.machine.executed);
    expect(Buffer.compare(bus.read(DATA, DATA_SIZE)!, whole.memory)).toBe(0);
    expect([x(10), x(11), x(2)]).toEqual([whole.x(10), whole.x(11), whole.x(2)]);
  });

  it('an interrupt is taken in the middle, and the copy goes on', () => {
    const built = prepared([0xd50342ff, ...FORWARD], { mode, size: 4096n }); // msr daifclr, #2
    // str wzr, [x20]; mov x21, x2; eret
    built.bus.write(RAM + 0x800 + 0x280, words(0xb900029f, 0xaa0203f5, 0xd69f03e0));
    built.machine.within(0, cpu => cpu.setX(20, BigInt(IRQS)));
    expect(built.machine.runSync({ instructions: 20 })).toBe('instructions');
    built.machine.within(0, cpu => cpu.irq.set(true));
    const r = finish(built);
    expect(ended(r)).toEqual({ ...done, to: 4096, from: 0x8000 + 4096 });
    const leftThen = -BigInt.asIntN(64, r.x(21));
    expect(leftThen > 0n && leftThen < 4096n).toBe(true);
    expect(Buffer.compare(r.memory.subarray(0, 4096), r.memory.subarray(0x8000, 0x9000))).toBe(0);
  });

  // ISS: 24 a set, 22:19 options, 18 epilogue, 17 wrong option, 16 option A, then destination, source, size
  const registers = (0 << 10) | (1 << 5) | 2;
  it.each([
    ['CPYFM', CPYFM, 0x3_0000 | registers],
    ['CPYFE', CPYFE, 0x7_0000 | registers],
    ['CPYM', CPYM, 0x3_0000 | registers],
    ['CPYE', CPYE, 0x7_0000 | registers],
    ['SETM', SETM, 0x103_0000 | registers],
    ['SETE', SETE, 0x107_0000 | registers],
    ['CPYFMWTRN [x3]!, [x4]!, x5!', 0x194494a3, 0x3_0000 | (9 << 19) | (3 << 10) | (4 << 5) | 5],
    ['SETMTN [x3]!, x4!, xzr', 0x19df7483, 0x103_0000 | (3 << 19) | (3 << 10) | (31 << 5) | 4],
  ])('%s behind the prologue of option B raises an exception, unless nothing is left', (_, word, iss) => {
    const before = [0xaa0203e4, 0xaa0203e5]; // mov x4, x2; mov x5, x2
    const left = { mode, size: -8n & 0xffff_ffff_ffff_ffffn, nzcv: 2 };
    const r = run([...before, word], left);
    expect({ esr: r.esr, elr: r.elr }).toEqual({ esr: (0x27n << 26n) | (1n << 25n) | BigInt(iss), elr: 8 });
    expect(run([...before, word], { ...left, size: 0n }).esr).toBe(0n);
  });

  it('an epilogue with more than the main instruction leaves raises an exception', () => {
    const esr = (word: number): bigint => run([word], { mode, size: -4096n & 0xffff_ffff_ffff_ffffn }).esr;
    expect(esr(CPYFE)).toBe(0x9e00_0000n | 0x5_0000n | BigInt(registers));
    expect(esr(CPYE)).toBe(0x9e00_0000n | 0x5_0000n | BigInt(registers));
    expect(esr(SETE)).toBe(0x9e00_0000n | 0x105_0000n | BigInt(registers));
  });

  it('at EL0 they are UNDEFINED without SCTLR_EL1.MSCEn', () => {
    const svc = 0xd400_0001;
    for (const code of [FORWARD, OVERLAPPING, FILL]) {
      const c = { mode, level: 0, size: 100n } as const;
      expect(run([...code, svc], c)).toMatchObject({ esr: UNDEFINED, elr: 0 });
      expect(run([...code, svc], { ...c, mscen: true })).toMatchObject({ esr: 0x5600_0000n, elr: 16 });
    }
  });

  it('a hypervisor allows them by HCRX_EL2.MSCEn, and gets their exceptions by MCE2', () => {
    const c = { mode, model: withFeatures(max, max.hypervisor), size: -8n & 0xffff_ffff_ffff_ffffn };
    expect(run([CPYFM], c).esr).toBe(UNDEFINED);
    expect(run([CPYFM, CPYFE], { ...c, hcrx: 1n << 11n })).toMatchObject({ esr: 0n });
    const wrong = { ...c, nzcv: 2, hcrx: 1n << 11n };
    expect(run([CPYFM], wrong).machine.within(0, cpu => [cpu.read('ESR_EL1') >> 26n, cpu.read('ESR_EL2')])).toEqual([
      0x27n,
      0n,
    ]);
    const toEl2 = run([CPYFM], { ...wrong, hcrx: 3n << 10n });
    expect(toEl2.machine.within(0, cpu => [cpu.read('ESR_EL1'), cpu.read('ESR_EL2') >> 26n])).toEqual([0n, 0x27n]);
  });
});

describe('prologues', () => {
  it.each([
    ['CPYFP', CPYFP, 1n << 63n, 0x7fff_ffff_ffff_ffffn],
    ['CPYFP', CPYFP, 0x7fff_ffff_ffff_ffffn, 0x7fff_ffff_ffff_ffffn],
    ['CPYP', CPYP, 1n << 55n, 0x007f_ffff_ffff_ffffn],
    ['CPYP', CPYP, 0xffff_ffff_ffff_ffffn, 0x007f_ffff_ffff_ffffn],
    ['SETP', SETP, 0xffff_ffff_ffff_ffffn, 0x7fff_ffff_ffff_ffffn],
  ])('%s limits sizes', (_, word, size, limit) => {
    // Far below the destination, so that nothing is backward.
    const r = run([word], { to: DATA, from: DATA + 0x8000, size });
    expect(r.x(2)).toBe(BigInt.asUintN(64, -limit));
    expect(r.x(10)).toBe(BigInt.asUintN(64, BigInt(DATA) + limit));
  });

  it('tags do not matter to the direction of CPYP', () => {
    const r = run([CPYP], { to: DATA + 8, from: DATA, size: 100n });
    expect(r.x(2)).toBe(100n);
    const { machine, x } = prepared([CPYP], { size: 100n });
    machine.within(0, cpu => {
      cpu.setX(0, BigInt(DATA + 8) | (1n << 60n));
      cpu.setX(1, BigInt(DATA) | (5n << 60n));
    });
    machine.runSync({ instructions: 1 });
    expect(x(2)).toBe(100n);
  });
});

describe('encodings', () => {
  const decoder = new Decoder(max.features);
  it.each([
    ['the same register for destination and source', 0x19000440],
    ['the same register for destination and size', 0x19010400],
    ['the same register for source and size', 0x19020440],
    ['XZR as destination', 0x1901045f],
    ['XZR as source', 0x191f0440],
    ['XZR as size', 0x190107e0],
    ['bits 31:30', 0x59010440],
    ['a fourth stage of SET', 0x19c1c440],
    ['SETGP, of FEAT_MTE', 0x1dc10440],
  ])('%s is UNDEFINED', (_, word) => expect(decoder.decode(word)).toBeUndefined());
  it('SET may take its byte from XZR', () => expect(decoder.decode(0x19df0440)?.insn.name).toBe('SETP'));
  it('they need the feature', () => {
    const old = new Decoder(cortexA72.features);
    for (const word of [...FORWARD, ...OVERLAPPING, ...FILL]) {
      expect(old.decode(word)).toBeUndefined();
      expect(decoder.decode(word)).toBeDefined();
    }
    expect((max.idRegisters.get('ID_AA64ISAR2')! >> 16n) & 15n).toBe(1n);
  });

  it('options say which accesses are unprivileged', () => {
    const view = new DataView(new ArrayBuffer(0x3000));
    const seen = (word: number): boolean[] => {
      const accesses: boolean[] = [];
      [1, 2, 8, 16, 18].forEach((v, n) => {
        view.setBigUint64(xAddress(n), BigInt(v), true);
      });
      view.setBigUint64(xAddress(2), -16n & 0xffff_ffff_ffff_ffffn, true);
      view.setBigUint64(STATE.CURRENT_EL, 4n, true);
      const outcome = evaluate(new Decoder(undefined).decode(word)!, 0n, {
        view,
        fp: fpOperation,
        sysRead: () => 0n,
        sysWrite: () => {},
        memory: (_, access) => {
          accesses.push(access.unprivileged);
          return new Uint8Array(16);
        },
      });
      expect(outcome.kind).toBe('next');
      return accesses;
    };
    const options = (op2: number): boolean[] => seen((CPYFM & ~(15 << 12)) | (op2 << 12));
    expect([0, 1, 2, 3, 12].map(options)).toEqual([
      [false, false],
      [false, true],
      [true, false],
      [true, true],
      [false, false],
    ]);
  });
});
