import { describe, expect, it } from 'vitest';
import { CPU_MODELS, type CpuModel, max, withFeatures } from '../../src/cpu/models.js';
import { guest, RAM, words } from '../machine-support.js';

// No value here comes from QEMU, whose version 7.2 does not check SP: they follow the Arm ARM's CheckSPAlignment.

const MODES = ['interpreter', 'compiled', 'auto'] as const;
/** mrs x5, esr_el1; mrs x6, far_el1; mrs x7, elr_el1; power off by PSCI */
const REPORT = [0xd5385205, 0xd5386006, 0xd5384027, 0xd2b08000, 0xf2800100, 0xd4000003];
const AT_EL2 = REPORT.map(w => (w >>> 20 === 0xd53 ? w | 0x4_0000 : w >>> 0));
const POWER_OFF = REPORT.slice(3);
const STACK = RAM + 0x1_0000;
const VECTORS = RAM + 0x800;
const SA = 8n;
const SA0 = 16n;
const MISALIGNED_SP = 0x9a00_0000n;
const FP_TRAPPED = 0x1fe0_0000n;
const UNTOUCHED = 0x5555n;
const NOP = 0xd503201f;

interface Case {
  readonly model?: CpuModel;
  readonly mode?: (typeof MODES)[number];
  readonly sp: number;
  /** SCTLR_EL1's SA and SA0. */
  readonly sctlr?: bigint;
  readonly x3?: bigint;
  readonly x4?: bigint;
  readonly fpen?: boolean;
  readonly level?: 0 | 1 | 2;
}

/** Executes `code`, then switches off; an exception is reported first. */
function run(code: readonly number[], { mode = 'interpreter', sp, level = 1, ...c }: Case) {
  const model = c.model ?? (level === 2 ? withFeatures(max, max.hypervisor) : max);
  const { machine, x } = guest(words(...code, 0xd2800005, ...POWER_OFF), { model, mode });
  const report = words(...(level === 2 ? AT_EL2 : REPORT));
  for (const vector of [0x200, 0x400]) machine.bus.write(VECTORS + vector, report);
  machine.within(0, cpu => {
    cpu.defaultCacheable = true;
    cpu.write(`VBAR_EL${level === 2 ? 2 : 1}`, BigInt(VECTORS));
    cpu.write(`FAR_EL${level === 2 ? 2 : 1}`, UNTOUCHED);
    if (level === 2) cpu.assign('SCTLR_EL2', (cpu.read('SCTLR_EL2') & ~SA) | (c.sctlr ?? 0n));
    else cpu.assign('SCTLR_EL1', (cpu.model.sctlr & ~(SA | SA0)) | (c.sctlr ?? 0n));
    cpu.assign('CPACR_EL1', c.fpen === false ? 0n : 3n << 20n);
    for (const n of [1, 2, 16]) cpu.setX(n, 0n);
    cpu.setX(3, c.x3 ?? 0n);
    cpu.setX(4, c.x4 ?? 0n);
    if (level === 0) {
      cpu.write('ELR_EL1', BigInt(RAM));
      cpu.write('SPSR_EL1', 0n);
      cpu.setStackPointer(0, BigInt(sp));
      cpu.exceptionReturn();
    } else cpu.setStackPointer(level, BigInt(sp));
  });
  expect(machine.runSync({ instructions: 200_000 })).toBe('poweroff');
  return { esr: x(5), far: x(6), elr: Number(x(7)) - RAM, x, machine };
}

/** By GNU as, with base SP; those that read or write 16 bytes at most are in the first page of the stack. */
const ACCESSES: readonly (readonly [text: string, word: number])[] = [
  ['ldr x2, [sp, #8]', 0xf94007e2],
  ['str w2, [sp]', 0xb90003e2],
  ['ldur x2, [sp, #-8]', 0xf85f83e2],
  ['ldr x2, [sp], #16', 0xf84107e2],
  ['str x2, [sp, #-16]!', 0xf81f0fe2],
  ['ldtr x2, [sp]', 0xf8400be2],
  ['ldr x2, [sp, x1]', 0xf8616be2],
  ['ldr q2, [sp, #16]', 0x3dc007e2],
  ['str d2, [sp], #8', 0xfc0087e2],
  ['ldr s2, [sp, x1]', 0xbc616be2],
  ['ldp x2, x3, [sp]', 0xa9400fe2],
  ['stp x2, x3, [sp, #-16]!', 0xa9bf0fe2],
  ['ldp d2, d3, [sp, #16]', 0x6d410fe2],
  ['ldxr x2, [sp]', 0xc85f7fe2],
  ['stxr w3, x2, [sp]', 0xc8037fe2],
  ['ldxp x2, x3, [sp]', 0xc87f0fe2],
  ['stlxp w4, x2, x3, [sp]', 0xc8248fe2],
  ['ldar x2, [sp]', 0xc8dfffe2],
  ['stlr w2, [sp]', 0x889fffe2],
  ['ldlar x2, [sp]', 0xc8df7fe2],
  ['cas x2, x3, [sp]', 0xc8a27fe3],
  ['casp x2, x3, x4, x5, [sp]', 0x48227fe4],
  ['ldapr x2, [sp]', 0xf8bfc3e2],
  ['ldapur x2, [sp, #8]', 0xd94083e2],
  ['ldadd x2, x3, [sp]', 0xf82203e3],
  ['swp x2, x3, [sp]', 0xf82283e3],
  ['ld1 {v2.16b}, [sp]', 0x4c4073e2],
  ['ld4 {v2.8b-v5.8b}, [sp], #32', 0x0cdf03e2],
  ['st2 {v2.s, v3.s}[1], [sp], x1', 0x0da193e2],
  ['ld1r {v2.4s}, [sp]', 0x4d40cbe2],
];
/** Those that want alignment of their own may not be 8 bytes off. */
const PAIRS = /xp|casp/;

describe.each(['interpreter', 'compiled'] as const)('a load or store by SP (%s)', mode => {
  it.each(ACCESSES)('%s', (_, word) => {
    const { esr, far, elr, machine } = run([NOP, word], { mode, sp: STACK + 8, sctlr: SA, x3: 1n });
    expect({ esr, far, elr }).toEqual({ esr: MISALIGNED_SP, far: UNTOUCHED, elr: 4 });
    machine.within(0, cpu => expect(Number(cpu.stackPointer(1))).toBe(STACK + 8));
    expect(machine.bus.read(STACK - 16, 48)!.every(b => b === 0)).toBe(true);
  });

  it('is done when SP is aligned, or SP is not looked at', () => {
    // What moves SP by 8 or by X1 leaves it misaligned: sub sp, sp, #8 behind it.
    const code = ACCESSES.flatMap(([text, word]) => (text === 'str d2, [sp], #8' ? [word, 0xd10023ff] : [word]));
    expect(run(code, { mode, sp: STACK, sctlr: SA }).esr).toBe(0n);
    const loose = ACCESSES.filter(([text]) => !PAIRS.test(text)).map(([, word]) => word);
    expect(run(loose, { mode, sp: STACK + 8, sctlr: SA0 }).esr).toBe(0n);
  });
});

describe.each(MODES)('alignment of SP (%s)', mode => {
  it('an authenticated load', () => {
    const model = withFeatures(max, ['PACNone']);
    const ldraa = 0xf8201fe2; // ldraa x2, [sp, #8]!
    expect(run([ldraa], { mode, model, sp: STACK + 8, sctlr: SA }).esr).toBe(MISALIGNED_SP);
    expect(run([ldraa], { mode, model, sp: STACK, sctlr: SA }).esr).toBe(0n);
  });

  it('does not matter to prefetches, arithmetic, moves and other bases', () => {
    // prfm, prfum, prfm with register; add x2, sp, #8; mov x16, sp; ldr x2, [x16]
    const code = [0xf98007e0, 0xf88013e0, 0xf8a16be0, 0x910023e2, 0x910003f0, 0xf9400202];
    expect(run(code, { mode, sp: STACK + 8, sctlr: SA }).esr).toBe(0n);
  });

  it.each([1, 2, 4, 8, 15])('%i bytes off', off => {
    expect(run([0x394003e2], { mode, sp: STACK + off, sctlr: SA }).esr).toBe(MISALIGNED_SP); // ldrb w2, [sp]
  });

  it('is checked at EL0 with SA0', () => {
    const code = [0xf94003e2, 0xd4000001]; // ldr x2, [sp]; svc #0
    expect(run(code, { mode, level: 0, sp: STACK + 8, sctlr: SA0 }).esr).toBe(MISALIGNED_SP);
    expect(run(code, { mode, level: 0, sp: STACK + 8, sctlr: SA }).esr).toBe(0x5600_0000n);
  });

  it('is checked at EL2 with its own control', () => {
    expect(run([0xf94003e2], { mode, level: 2, sp: STACK + 8, sctlr: SA }).esr).toBe(MISALIGNED_SP);
    expect(run([0xf94003e2], { mode, level: 2, sp: STACK + 8 }).esr).toBe(0n);
  });

  it('comes before the access, and behind the trap of floating point', () => {
    expect(run([0xf94003e2], { mode, sp: 8, sctlr: SA }).esr).toBe(MISALIGNED_SP); // nothing is at 8
    expect(run([0x3d8003e0], { mode, sp: STACK + 8, sctlr: SA, fpen: false }).esr).toBe(FP_TRAPPED); // str q0, [sp]
  });

  it('in a loop that moves SP', () => {
    // loop: ldr x2, [sp]; add sp, sp, x3; subs x4, x4, #1; b.ne loop
    const loop = [0xf94003e2, 0x8b2363ff, 0xf1000484, 0x54ffffa1];
    expect(run(loop, { mode, sp: STACK, sctlr: SA, x3: 16n, x4: 5000n }).esr).toBe(0n);
    const { esr, elr, x } = run(loop, { mode, sp: STACK, sctlr: SA, x3: (16n << 32n) | 8n, x4: 5000n });
    expect({ esr, elr, left: x(4) }).toEqual({ esr: MISALIGNED_SP, elr: 0, left: 4999n });
  });

  it('in hot code that is misaligned at last', () => {
    // loop: cmp x4, #1; csel x6, x3, xzr, eq; stp x2, x4, [sp, #-16]!; ldr x5, [sp], #16; add sp, sp, x6;
    // str x4, [sp, #16]; subs x4, x4, #1; b.ne loop; ldr x2, [sp, #32]
    const code = [
      0xf100049f, 0x9a9f0066, 0xa9bf13e2, 0xf84107e5, 0x8b2663ff, 0xf9000be4, 0xf1000484, 0x54ffff21, 0xf94013e2,
    ];
    expect(run(code, { mode, sp: STACK, sctlr: SA, x3: 32n, x4: 9000n }).esr).toBe(0n);
    const { esr, elr, x } = run(code, { mode, sp: STACK, sctlr: SA, x3: 8n, x4: 9000n });
    expect({ esr, elr, left: x(4) }).toEqual({ esr: MISALIGNED_SP, elr: 20, left: 1n });
  });

  it('behind a call that moves SP', () => {
    // loop: str x4, [sp, #-16]!; ldr x5, [sp], #16; bl f; ldr x5, [sp]; subs x4, x4, #1; b.ne loop; b end
    // f: cmp x4, #1; csel x6, x3, xzr, eq; add sp, sp, x6; ret
    const code = [
      0xf81f0fe4, 0xf84107e5, 0x94000005, 0xf94003e5, 0xf1000484, 0x54ffff61, 0x14000005, 0xf100049f, 0x9a9f0066,
      0x8b2663ff, 0xd65f03c0,
    ];
    const { esr, elr, x } = run(code, { mode, sp: STACK, sctlr: SA, x3: 8n, x4: 9000n });
    expect({ esr, elr, left: x(4) }).toEqual({ esr: MISALIGNED_SP, elr: 12, left: 1n });
  });

  it('behind a change of the control, and of the level that it is for', () => {
    // loop: ldr x2, [sp]; msr sctlr_el1, x3 (with SA); isb; ldr x2, [sp, #8]
    const code = [0xf94003e2, 0xd5181003, 0xd5033fdf, 0xf94007e2];
    const { esr, elr } = run(code, { mode, sp: STACK + 8, x3: max.sctlr | SA });
    expect({ esr, elr }).toEqual({ esr: MISALIGNED_SP, elr: 12 });
  });
});

it('is checked by every model from reset', () => {
  for (const model of Object.values(CPU_MODELS)) expect(model.sctlr & (SA | SA0)).toBe(SA | SA0);
});
