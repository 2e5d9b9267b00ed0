import { describe, expect, it } from 'vitest';
import { type CpuModel, cortexA72, max } from '../../src/cpu/models.js';
import { guest, RAM, words } from '../machine-support.js';

/** mrs x5, esr_el1; mrs x6, far_el1; power off by PSCI */
const REPORT = [0xd5385205, 0xd5386006, 0xd2b08000, 0xf2800100, 0xd4000002];
const DATA = RAM + 0x1_0000;
const SCTLR_NAA = 1n << 6n;
const MODES = ['interpreter', 'auto'] as const;

interface Case {
  readonly model?: CpuModel;
  readonly mode?: (typeof MODES)[number];
  /** What the instructions find in X1. */
  readonly x1?: bigint;
  readonly sctlr?: bigint;
  readonly tcr?: bigint;
  /** Translation is off: data is Normal memory all the same. */
  readonly normal?: boolean;
}

/** Executes `code`, then the report; an exception goes to the report. Gives ESR, FAR and X2. */
function run(code: readonly number[], { model = max, mode = 'interpreter', normal = true, ...c }: Case) {
  const { machine, x } = guest(words(...code, 0xd2800005, ...REPORT.slice(2)), { model, mode });
  machine.bus.write(RAM + 0x800 + 0x200, words(...REPORT));
  machine.within(0, cpu => {
    cpu.defaultCacheable = normal;
    cpu.write('VBAR_EL1', BigInt(RAM + 0x800));
    cpu.assign('SCTLR_EL1', cpu.model.sctlr | (c.sctlr ?? 0n));
    cpu.assign('TCR_EL1', c.tcr ?? 0n);
    cpu.setX(1, c.x1 ?? BigInt(DATA));
  });
  expect(machine.runSync({ instructions: 10_000 })).toBe('poweroff');
  return { esr: x(5), far: x(6), x2: x(2), machine };
}
const ALIGNMENT_READ = 0x9600_0021n;
const ALIGNMENT_WRITE = 0x9600_0061n;

describe.each(MODES)('alignment (%s)', mode => {
  it('is checked in Device memory, on pages that were used before', () => {
    // ldr x2, [x1]; ldur x3, [x1, #1]
    const code = [0xf9400022, 0xf8401023];
    expect(run(code, { mode, normal: false })).toMatchObject({ esr: ALIGNMENT_READ, far: BigInt(DATA + 1) });
    expect(run(code, { mode }).esr).toBe(0n);
  });

  it.each([
    ['LDADD', 0xf8220023, ALIGNMENT_WRITE],
    ['LDXR', 0xc85f7c22, ALIGNMENT_READ],
    ['LDAR', 0xc8dffc23, ALIGNMENT_READ],
    ['LDAPUR', 0xd9400023, ALIGNMENT_READ],
  ])('%s may be misaligned within 16 bytes with FEAT_LSE2, and only there', (_, word, esr) => {
    expect(run([word], { mode, x1: BigInt(DATA + 5) }).esr).toBe(0n);
    expect(run([word], { mode, x1: BigInt(DATA + 9) })).toMatchObject({ esr, far: BigInt(DATA + 9) });
    expect(run([word], { mode, x1: BigInt(DATA + 5), normal: false }).esr).toBe(esr);
  });

  it('LDAR and its like may be anywhere with SCTLR.nAA, atomics not', () => {
    const more = { mode, x1: BigInt(DATA + 9), sctlr: SCTLR_NAA };
    expect(run([0xc8dffc23], more).esr).toBe(0n);
    expect(run([0xc85f7c22], more).esr).toBe(ALIGNMENT_READ);
  });

  it('CASP and LDXP of 16 bytes are aligned always', () => {
    expect(run([0x48227c24], { mode, x1: BigInt(DATA + 8) }).esr).toBe(ALIGNMENT_WRITE);
    expect(run([0xc87f0c22], { mode, x1: BigInt(DATA + 8) }).esr).toBe(ALIGNMENT_READ);
  });

  it('without FEAT_LSE2 everything ordered is aligned', () => {
    for (const word of [0xc85f7c22, 0xc8dffc23])
      expect(run([word], { mode, model: cortexA72, x1: BigInt(DATA + 4) }).esr).toBe(ALIGNMENT_READ);
  });

  it('a misaligned LDADD adds', () => {
    const { machine } = run([0xd2800842, 0xf8220023, 0xf8220023], { mode, x1: BigInt(DATA + 3) }); // mov x2, #66
    expect([...machine.bus.read(DATA, 6)!]).toEqual([0, 0, 0, 132, 0, 0]);
  });
});

describe.each(MODES)('tags of branch targets (%s)', mode => {
  const TBI0 = 1n << 37n;
  const TBID0 = 1n << 51n;
  const at = BigInt(RAM + 4);
  // br x1; adr x2, .
  const code = [0xd61f0020, 0x10000002];
  it('do not reach PC where translation ignores them', () => {
    expect(run(code, { mode, x1: at | (0x5an << 56n), tcr: TBI0 })).toMatchObject({ esr: 0n, x2: at });
  });
  it('are part of the address of instructions with TBID', () => {
    expect(run(code, { mode, x1: at | (0x5an << 56n), tcr: TBI0 | TBID0 })).toMatchObject({
      esr: 0x8600_0000n,
      far: at | (0x5an << 56n),
    });
  });
  it('do not come back by ERET', () => {
    // msr elr_el1, x1; mrs x2, spsr_el1 is 0: set EL1h; eret; adr x2, .
    const back = [0xd5184021, 0xd28078a2, 0xd5184002, 0xd69f03e0, 0x10000002]; // mov x2, #0x3c5; msr spsr_el1, x2
    const target = BigInt(RAM + 16);
    expect(run(back, { mode, x1: target | (0x77n << 56n), tcr: TBI0 })).toMatchObject({ esr: 0n, x2: target });
  });
});
