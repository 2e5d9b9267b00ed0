import { describe, expect, it } from 'vitest';
import { HCR } from '../../src/cpu/hcr.js';
import { appleM1, CPU_MODELS, max, withFeatures } from '../../src/cpu/models.js';
import { parseSysKey } from '../../src/cpu/sysreg-key.js';
import { SYSTEM_REGISTERS } from '../../src/cpu/sysreg-slots.js';
import { APPLE_M1_REGISTERS } from '../../src/cpu/sysregs-apple-m1.js';
import { bench } from '../cpu-support.js';

describe('Apple M1', () => {
  // VirtualBox's report of an M1 (`VBox/VMM/VMMR3/cpus/ARM_Apple_M1.h`, generated on macOS).
  it.each([
    ['ID_AA64PFR0', 0x1101000010110111n],
    ['ID_AA64PFR1', 0x20n],
    ['ID_AA64DFR0', 0x10305f09n],
    ['ID_AA64DFR1', 0n],
    ['ID_AA64ISAR0', 0x0221100110212120n],
    ['ID_AA64ISAR1', 0x0000011110211202n],
    ['ID_AA64ISAR2', 0n],
    ['ID_AA64MMFR0', 0x000012120f100001n],
    ['ID_AA64MMFR1', 0x11212100n],
    ['ID_AA64MMFR2', 0x1201111100001011n],
  ])('%s', (name, value) => {
    expect(CPU_MODELS['apple-m1']!.idRegisters.get(name) ?? 0n).toBe(value);
    expect(bench(appleM1).cpu.read(`${name}_EL1`)).toBe(value);
  });

  it.each([
    ['MIDR_EL1', 0x611f0231n],
    ['REVIDR_EL1', 0n],
    ['CLIDR_EL1', 0x81000023n],
    ['AIDR_EL1', 0x2fd5717n],
    ['CTR_EL0', 0x84448004n],
    ['DCZID_EL0', 4n],
  ])('%s', (name, value) => expect(bench(appleM1).cpu.read(name)).toBe(value));

  it('has the caches of a Firestorm core', () => {
    const { cpu } = bench(appleM1);
    const size = (select: bigint): bigint => {
      cpu.assign('CSSELR_EL1', select);
      return cpu.read('CCSIDR_EL1');
    };
    expect([0n, 1n, 2n].map(size)).toEqual([0x701fe03an, 0x203fe02an, 0x73ffe05bn]);
  });

  it('starts at EL2, as a host for ever', () => {
    const { cpu } = bench(appleM1);
    expect([cpu.el, cpu.e2h, cpu.read('HCR_EL2')]).toEqual([2, true, HCR.E2H | HCR.RW]);
    cpu.sysWrite(parseSysKey('S3_4_C1_C1_0'), HCR.RW | HCR.TGE);
    expect([cpu.e2h, cpu.inHost, cpu.read('HCR_EL2')]).toEqual([true, true, HCR.E2H | HCR.TGE | HCR.RW]);
    // EL1's names reach EL2's registers from the first instruction on.
    cpu.sysWrite(parseSysKey('S3_0_C12_C0_0'), 0x8000n);
    expect([cpu.read('VBAR_EL2'), cpu.read('VBAR_EL1')]).toEqual([0x8000n, 0n]);
  });

  it('other models can leave E2H', () => {
    const { cpu } = bench(withFeatures(max, max.hypervisor));
    expect(cpu.e2h).toBe(false);
    cpu.assign('HCR_EL2', HCR.RW | HCR.E2H);
    cpu.assign('HCR_EL2', HCR.RW);
    expect(cpu.e2h).toBe(false);
  });
});

describe('registers of the M1', () => {
  const make = () => bench(appleM1, { registers: { extra: APPLE_M1_REGISTERS, unknown: 'zero' } }).cpu;

  it('are unique, and but for ACTLR_EL1 no architectural ones', () => {
    const rows = [...APPLE_M1_REGISTERS, ...SYSTEM_REGISTERS.filter(r => r.name !== 'ACTLR_EL1')];
    expect(new Set(rows.map(r => r.key)).size).toBe(rows.length);
    expect(new Set(rows.map(r => r.name)).size).toBe(rows.length);
  });

  // Encodings of m1n1's `cpu_regs.h`; values of Asahi Linux's "ARM System Registers Dumps".
  it.each([
    ['HID0', 'S3_0_C15_C0_0', 0n, 0x12n],
    ['EHID20', 'S3_0_C15_C1_2', 0n, 0x12n],
    ['HID21', 'S3_0_C15_C1_3', 0n, 0x12n],
    ['CYC_OVRD', 'S3_5_C15_C5_0', 0x200_0000n, 0x12n],
    ['ACC_CFG', 'S3_5_C15_C4_0', 0xdn, 0x12n],
    ['L2C_ERR_STS', 'S3_3_C15_C8_0', 0x11000ffc00000000n, 0x12n],
    ['IPI_CR', 'S3_5_C15_C3_1', 0x1800n, 0x12n],
    ['VM_TMR_FIQ_ENA', 'S3_5_C15_C1_3', 3n, 2n],
    ['SPRR_CONFIG', 'S3_6_C15_C1_0', 0n, 2n],
    ['SPRR_PERM_EL1', 'S3_6_C15_C1_6', 0n, 2n],
    ['GXF_CONFIG', 'S3_6_C15_C1_2', 0n, 2n],
    ['GXF_ENTER_EL12', 'S3_6_C15_C15_2', 0n, 2n],
    ['VBAR_GL1', 'S3_6_C15_C10_2', 0n, 2n],
    ['written by m1n1 on every core', 'S3_4_C15_C1_4', 0x100n, 7n],
  ])('%s', (_, encoding, reset, written) => {
    const cpu = make();
    expect(cpu.sysRead(parseSysKey(encoding))).toBe(reset);
    cpu.sysWrite(parseSysKey(encoding), written);
    expect(cpu.sysRead(parseSysKey(encoding))).toBe(written);
  });

  it('nothing is guarded', () => {
    expect(make().sysRead(parseSysKey('S3_6_C15_C8_0'))).toBe(0n);
  });

  it('ACTLR_EL1 is ACTLR_EL2 at EL2, where EL1 has another name', () => {
    const cpu = make();
    const [ACTLR_EL1, ACTLR_EL12] = ['S3_0_C1_C0_1', 'S3_6_C15_C14_6'].map(parseSysKey) as [number, number];
    cpu.sysWrite(ACTLR_EL1, 2n);
    expect([cpu.read('ACTLR_EL2'), cpu.sysRead(ACTLR_EL1), cpu.sysRead(ACTLR_EL12)]).toEqual([2n, 2n, 0xc00n]);
    cpu.sysWrite(ACTLR_EL12, 4n);
    cpu.write('SPSR_EL2', 0x3c5n);
    cpu.exceptionReturn();
    expect([cpu.el, cpu.sysRead(ACTLR_EL1)]).toEqual([1, 4n]);
  });
});

describe('traps of EL2', () => {
  const model = withFeatures(appleM1, ['CSV2_2']);
  /** A CPU at EL1 under a hypervisor with these bits of HCR_EL2. */
  function under(hcr: bigint) {
    const { cpu } = bench(model, { registers: { extra: APPLE_M1_REGISTERS } });
    cpu.assign('HCR_EL2', HCR.RW | hcr);
    cpu.write('SPSR_EL2', 0x3c5n);
    cpu.exceptionReturn();
    return cpu;
  }
  it.each([
    ['HID4, by TIDCP', 'S3_0_C15_C4_0', 0n, HCR.TIDCP],
    ['GXF_CONFIG_EL1, by TIDCP', 'S3_6_C15_C1_2', 0n, HCR.TIDCP],
    ['ERRIDR_EL1, by TERR', 'S3_0_C5_C3_0', 0n, HCR.TERR],
    ['SCXTNUM_EL1, unless EnSCXT', 'S3_0_C13_C0_7', HCR.ENSCXT, 0n],
    ['SCXTNUM_EL0, unless EnSCXT', 'S3_3_C13_C0_7', HCR.ENSCXT, 0n],
  ])('%s', (_, encoding, free, trapped) => {
    expect(under(free).sysRead(parseSysKey(encoding))).toBe(0n);
    const cpu = under(trapped);
    expect(cpu.sysRead(parseSysKey(encoding))).toBeUndefined();
    cpu.raise();
    expect([cpu.el, cpu.read('ESR_EL2') >> 26n]).toEqual([2, 0x18n]);
  });
});

describe('FEAT_EVT', () => {
  const SYNDROME = 0x18n;
  const [TID4, TICAB, TOCU, TTLBIS, TTLBOS] = [HCR.TID4, HCR.TICAB, HCR.TOCU, HCR.TTLBIS, HCR.TTLBOS];
  it.each([
    ['CCSIDR_EL1', TID4, 'S3_1_C0_C0_0', false],
    ['CLIDR_EL1', TID4, 'S3_1_C0_C0_1', false],
    ['CSSELR_EL1', TID4, 'S3_2_C0_C0_0', true],
    ['IC IALLUIS', TICAB, 'S1_0_C7_C1_0', true],
    ['IC IALLU', TOCU, 'S1_0_C7_C5_0', true],
    ['TLBI VMALLE1IS', TTLBIS, 'S1_0_C8_C3_0', true],
    ['TLBI RVAE1IS', TTLBIS, 'S1_0_C8_C2_1', true],
    ['TLBI VMALLE1OS', TTLBOS, 'S1_0_C8_C1_0', true],
  ])('%s is trapped by a bit of its own', (_, bit, encoding, write) => {
    for (const [hcr, trapped] of [
      [bit, true],
      [(TID4 | TICAB | TOCU | TTLBIS | TTLBOS) & ~bit, false],
    ] as const) {
      const { cpu } = bench(withFeatures(max, max.hypervisor));
      cpu.assign('HCR_EL2', HCR.RW | hcr);
      cpu.write('SPSR_EL2', 0x3c5n);
      cpu.exceptionReturn();
      if (write) cpu.sysWrite(parseSysKey(encoding), 0n);
      else cpu.sysRead(parseSysKey(encoding));
      if (trapped) cpu.raise();
      expect([cpu.el, cpu.read('ESR_EL2') >> 26n]).toEqual(trapped ? [2, SYNDROME] : [1, 0n]);
    }
  });

  it('CTR_EL0 is not among the registers of TID4', () => {
    const { cpu } = bench(withFeatures(max, max.hypervisor));
    cpu.assign('HCR_EL2', HCR.RW | TID4);
    cpu.write('SPSR_EL2', 0x3c5n);
    cpu.exceptionReturn();
    expect(cpu.sysRead(parseSysKey('S3_3_C0_C0_1'))).toBe(max.ctr);
  });

  it('without it, its bits are not there', () => {
    const { cpu } = bench(withFeatures(max, ['VHE']));
    cpu.assign('HCR_EL2', HCR.RW | TID4 | TICAB | TOCU | TTLBIS | TTLBOS | HCR.TID2);
    expect(cpu.read('HCR_EL2')).toBe(HCR.RW | HCR.TID2);
  });
});
