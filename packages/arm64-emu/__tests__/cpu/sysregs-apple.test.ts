import { describe, expect, it } from 'vitest';
import { appleA12 } from '../../src/cpu/models.js';
import { parseSysKey } from '../../src/cpu/sysreg-key.js';
import { SYSTEM_REGISTERS } from '../../src/cpu/sysreg-slots.js';
import { APPLE_REGISTERS } from '../../src/cpu/sysregs-apple.js';
import { bench } from '../cpu-support.js';

describe('registers of the A12 generation', () => {
  const make = () => bench(appleA12, { registers: { extra: APPLE_REGISTERS, unknown: 'zero' } });

  it('are unique and no architectural ones', () => {
    const rows = [...APPLE_REGISTERS, ...SYSTEM_REGISTERS];
    expect(new Set(rows.map(r => r.key)).size).toBe(rows.length);
    expect(new Set(rows.map(r => r.name)).size).toBe(rows.length);
  });

  it.each([
    ['APCTL_EL1 is ready', 'S3_4_C15_C0_4', 0n, 2n],
    ['APCTL_EL1 stays ready', 'S3_4_C15_C0_4', 4n, 6n],
    ['APRR_EL1 keeps its value', 'S3_4_C15_C2_1', 0x4455_4055_6666_6677n, 0x4455_4055_6666_6677n],
    ['HID11', 'S3_0_C15_C11_0', 0x1234n, 0x1234n],
    ['EHID4', 'S3_0_C15_C4_1', 0x99n, 0x99n],
    ['PMCR0_EL1 has no interrupt', 'S3_1_C15_C0_0', 0xfffn, 0x7ffn],
    ['IPI_SR_EL1 has nothing pending', 'S3_5_C15_C1_1', 1n, 0n],
    ['L2C_ERR_STS_EL1', 'S3_3_C15_C8_0', 1n, 0n],
    ['an unknown one', 'S3_6_C15_C9_7', 1n, 0n],
  ])('%s', (_, encoding, written, read) => {
    const { cpu } = make();
    cpu.sysWrite(parseSysKey(encoding), written);
    expect(cpu.sysRead(parseSysKey(encoding))).toBe(read);
  });

  it('start as the kernel expects them', () => {
    const { cpu, time } = make();
    expect(cpu.sysRead(parseSysKey('S3_4_C15_C2_1'))).toBe(0x4455_4054_6666_6477n);
    expect(cpu.sysRead(parseSysKey('S3_6_C15_C12_4'))).toBe(1n);
    const before = cpu.sysRead(parseSysKey('S3_2_C15_C0_0'))!;
    time.count += 10n;
    expect(cpu.sysRead(parseSysKey('S3_2_C15_C0_0'))).toBe(before + 10n);
  });
});
