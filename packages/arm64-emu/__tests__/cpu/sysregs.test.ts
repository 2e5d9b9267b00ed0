import { describe, expect, it } from 'vitest';
import { EC } from '../../src/cpu/esr.js';
import { FEATURES, featureSet, type IdField } from '../../src/cpu/features.js';
import { appleA12, CPU_MODELS, cortexA72, cpuModel, max } from '../../src/cpu/models.js';
import { SYSTEM_OPERATIONS } from '../../src/cpu/sysops.js';
import { RW1, stored } from '../../src/cpu/sysreg.js';
import { formatSysKey, parseSysKey, sysKey, sysTrapIss } from '../../src/cpu/sysreg-key.js';
import { SYSTEM_REGISTERS } from '../../src/cpu/sysreg-slots.js';
import { SYS_CONTINUE, SYS_LEAVE, SYS_TRAP } from '../../src/engine/host.js';
import { STATE, sysregAddress } from '../../src/engine/state.js';
import { bench } from '../cpu-support.js';

function harness(model = max, more = {}) {
  const b = bench(model, more);
  const key = (name: string) => b.cpu.registers.named(name).key;
  const user = () => {
    b.cpu.write('SPSR_EL1', 0n);
    b.cpu.event('eret', 0n);
  };
  return {
    ...b,
    key,
    user,
    get: (n: string) => b.cpu.sysRead(key(n)),
    set: (n: string, v: bigint) => b.cpu.sysWrite(key(n), v),
  };
}

describe('encodings', () => {
  it('go to text and back', () => {
    expect(parseSysKey('S3_0_C1_C0_0')).toBe(sysKey(3, 0, 1, 0, 0));
    expect(formatSysKey(sysKey(3, 7, 15, 14, 4))).toBe('S3_7_C15_C14_4');
    for (const bad of ['S4_0_C0_C0_0', 'S3_8_C0_C0_0', 'S3_0_C16_C0_0', 'S3_0_C0_C0', 'x']) {
      expect(() => parseSysKey(bad)).toThrow(RangeError);
    }
  });
  it('are unique, names too', () => {
    const rows = [...SYSTEM_REGISTERS, ...SYSTEM_OPERATIONS];
    expect(new Set(rows.map(r => r.key)).size).toBe(rows.length);
    expect(new Set(rows.map(r => r.name)).size).toBe(rows.length);
  });
  it('are laid out in ISS as ESR has them', () => {
    // mrs x5, ctr_el0: op0 3, op1 3, CRn 0, CRm 0, op2 1
    expect(sysTrapIss(parseSysKey('S3_3_C0_C0_1'), 5, true)).toBe((3 << 20) | (1 << 17) | (3 << 14) | (5 << 5) | 1);
  });
});

describe('what kernels touch exists', () => {
  // Measured on XNU under QEMU, and what Linux and EDK2 use beside; ICC_* comes from the machine.
  const names =
    'CCSIDR CLIDR CSSELR CNTKCTL CPACR ELR ESR FAR ID_AA64DFR0 ID_AA64ISAR0 ID_AA64ISAR1 ID_AA64MMFR0 ID_AA64MMFR1 ID_AA64MMFR2 ID_AA64PFR0 ID_AA64PFR1 MAIR MDSCR MIDR MPIDR OSLAR PAR SCTLR SPSR TCR TTBR0 TTBR1 VBAR CONTEXTIDR ISR TPIDR ACTLR AMAIR AFSR0 AFSR1 REVIDR AIDR OSLSR OSDLR DBGBVR0 DBGBCR5 DBGWVR3 DBGWCR0 MDCCINT ID_AA64DFR1 ID_AA64ISAR2 ID_AA64ZFR0 APIAKeyLo APIAKeyHi APIBKeyLo APDAKeyLo APDBKeyHi APGAKeyLo PMINTENSET PMINTENCLR'
      .split(' ')
      .map(n => `${n}_EL1`);
  const el0 =
    'CNTFRQ CNTP_CTL CNTP_CVAL CNTP_TVAL CNTV_CTL CNTV_CVAL CNTV_TVAL CNTVCT CNTPCT SP TPIDR TPIDRRO CTR DCZID PMCR PMCNTENSET PMCNTENCLR PMOVSCLR PMSELR PMCEID0 PMCCNTR PMUSERENR PMCCFILTR PMEVCNTR0 PMEVTYPER5 MDCCSR'
      .split(' ')
      .map(n => `${n}_EL0`);
  const { cpu } = bench();
  it.each([...names, ...el0, 'CurrentEL', 'SPSel', 'DAIF', 'NZCV', 'PAN', 'UAO', 'FPCR', 'FPSR'])('%s', name => {
    expect(cpu.registers.named(name).name).toBe(name);
  });
});

describe('access', () => {
  it('plain storage has an address, behaviour has not', () => {
    const { cpu, key } = harness();
    for (const name of ['TPIDR_EL1', 'SP_EL0', 'ELR_EL1', 'SPSR_EL1', 'FAR_EL1']) {
      const { slot } = cpu.registers.named(name);
      const direct = { address: sysregAddress(slot), minEl: 1 };
      expect(cpu.sysAccess(key(name), false)).toEqual(direct);
      expect(cpu.sysAccess(key(name), true)).toEqual(direct);
    }
    expect(cpu.sysAccess(key('TPIDR_EL0'), true).minEl).toBe(0);
    expect(cpu.sysAccess(key('TPIDRRO_EL0'), false).minEl).toBe(0);
    expect(cpu.sysAccess(key('TPIDRRO_EL0'), true).minEl).toBe(1);
    for (const name of ['SCTLR_EL1', 'TTBR0_EL1', 'VBAR_EL1']) {
      expect(cpu.sysAccess(key(name), false).address).toBeDefined();
      expect(cpu.sysAccess(key(name), true).address).toBeUndefined();
    }
    expect(cpu.sysAccess(key('CNTVCT_EL0'), false).address).toBeUndefined();
    expect(STATE.SYSREG).toBe(sysregAddress(0));
  });

  it('of EL1 registers from EL0, read-only and unknown ones is UNDEFINED', () => {
    const { cpu, key, user, get, set } = harness(cortexA72);
    expect(set('MIDR_EL1', 1n)).toBe(SYS_TRAP);
    expect(cpu.sysRead(parseSysKey('S3_0_C15_C0_0'))).toBeUndefined();
    expect(cpu.sysRead(key('OSLAR_EL1'))).toBeUndefined();
    expect(get('SCTLR_EL1')).toBe(cortexA72.sctlr);
    user();
    expect(get('SCTLR_EL1')).toBeUndefined();
    cpu.raise();
    expect(cpu.read('ESR_EL1')).toBe(0x200_0000n);
    user();
    expect(get('MIDR_EL1')).toBeUndefined();
    cpu.raise();
    expect(cpu.read('ESR_EL1')).toBe(0x200_0000n);
  });

  it('to the ID space from EL0 is reported with FEAT_IDST', () => {
    const { cpu, user, get } = harness(max);
    user();
    expect(get('ID_AA64ISAR0_EL1')).toBeUndefined();
    cpu.raise();
    expect(cpu.read('ESR_EL1') >> 26n).toBe(BigInt(EC.system));
  });

  it.each([
    ['CTR_EL0', 'SCTLR_EL1', 1n << 15n],
    ['DAIF', 'SCTLR_EL1', 1n << 9n],
    ['CNTVCT_EL0', 'CNTKCTL_EL1', 2n],
    ['CNTPCT_EL0', 'CNTKCTL_EL1', 1n],
    ['CNTFRQ_EL0', 'CNTKCTL_EL1', 1n],
    ['CNTV_CTL_EL0', 'CNTKCTL_EL1', 0x100n],
    ['CNTP_CVAL_EL0', 'CNTKCTL_EL1', 0x200n],
  ])('to %s from EL0 depends on %s', (name, control, bit) => {
    const { cpu, user, get } = harness();
    cpu.write(control, 0n);
    user();
    expect(get(name)).toBeUndefined();
    cpu.raise();
    expect(cpu.read('ESR_EL1') >> 26n).toBe(BigInt(EC.system));
    cpu.write(control, bit);
    user();
    expect(get(name)).toBeDefined();
  });

  it('to the PMU from EL0 depends on PMUSERENR', () => {
    const { cpu, user, get, set } = harness();
    user();
    expect(get('PMCCNTR_EL0')).toBeUndefined();
    expect(get('PMUSERENR_EL0')).toBe(0n);
    cpu.pmu.setUserEnable(4n);
    expect(get('PMCCNTR_EL0')).toBe(0n);
    expect(set('PMCCNTR_EL0', 1n)).toBe(SYS_TRAP);
    cpu.pmu.setUserEnable(1n);
    expect(set('PMCCNTR_EL0', 1n)).toBe(SYS_CONTINUE);
  });

  it('to FPCR is trapped by CPACR.FPEN', () => {
    const { cpu, get, set } = harness();
    set('CPACR_EL1', 0n);
    expect(get('FPCR')).toBeUndefined();
    cpu.raise();
    expect(cpu.read('ESR_EL1') >> 26n).toBe(BigInt(EC.fpAccess));
    set('CPACR_EL1', 3n << 20n);
    expect(get('FPCR')).toBe(0n);
  });

  it('traps with the register number of the instruction', () => {
    const { cpu, ram, key } = harness();
    cpu.write('CNTKCTL_EL1', 0n);
    ram.set(0x4000_0008, BigInt((0xd53be040 | 7) >>> 0) << 32n); // mrs x7, cntvct_el0
    cpu.write('SPSR_EL1', 0n);
    cpu.write('ELR_EL1', 0x4000_000cn);
    cpu.event('eret', 0n);
    expect(cpu.sysRead(key('CNTVCT_EL0'))).toBeUndefined();
    cpu.raise();
    expect((cpu.read('ESR_EL1') >> 5n) & 31n).toBe(7n);
  });

  it('to unknown registers may read zero and be logged once', () => {
    const log: string[] = [];
    const { cpu } = bench(appleA12, { registers: { unknown: 'zero', log: m => log.push(m) } });
    cpu.pc = 0x1000n;
    const key = parseSysKey('S3_4_C15_C2_1');
    expect(cpu.sysWrite(key, 5n)).toBe(SYS_CONTINUE);
    expect(cpu.sysRead(key)).toBe(0n);
    expect(log).toEqual(['write to unknown system register S3_4_C15_C2_1 at 0x1000']);
  });

  it('finds registers that a machine adds', () => {
    const apctl = stored('APCTL_EL1', 'S3_4_C15_C0_4', RW1, { reset: 2n });
    const { cpu } = bench(appleA12, { registers: { extra: [apctl] } });
    expect(cpu.sysRead(apctl.key)).toBe(2n);
    expect(cpu.sysWrite(apctl.key, 3n)).toBe(SYS_CONTINUE);
    expect(cpu.sysRead(apctl.key)).toBe(3n);
  });
});

describe('behaviour', () => {
  it('keeps only the writable bits', () => {
    const { get, set } = harness();
    set('VBAR_EL1', 0xffff_0000_0000_0fffn);
    expect(get('VBAR_EL1')).toBe(0xffff_0000_0000_0800n);
    set('CSSELR_EL1', 0xfffn);
    expect(get('CSSELR_EL1')).toBe(0xfn);
  });
  it('CCSIDR follows CSSELR', () => {
    const { get, set } = harness(cortexA72);
    const values = [0n, 1n, 2n, 3n].map(n => {
      set('CSSELR_EL1', n);
      return get('CCSIDR_EL1');
    });
    expect(values).toEqual([0x701fe00an, 0x201fe012n, 0x70ffe07an, 0n]);
  });
  it('the OS lock is locked at reset and opened by OSLAR', () => {
    const { get, set } = harness();
    expect(get('OSLSR_EL1')).toBe(0xan);
    set('OSLAR_EL1', 0n);
    expect(get('OSLSR_EL1')).toBe(8n);
    set('OSLAR_EL1', 1n);
    expect(get('OSLSR_EL1')).toBe(0xan);
  });
  it('claim tags are set and cleared by their bits', () => {
    const { get, set } = harness();
    set('DBGCLAIMSET_EL1', 0x5n);
    set('DBGCLAIMSET_EL1', 0x2n);
    set('DBGCLAIMCLR_EL1', 0x1n);
    expect([get('DBGCLAIMSET_EL1'), get('DBGCLAIMCLR_EL1')]).toEqual([0xffn, 0x6n]);
  });
  it('breakpoint registers end where DFR0 says', () => {
    const { cpu } = harness();
    const dfr0 = cpu.read('ID_AA64DFR0_EL1');
    const count = Number((dfr0 >> 12n) & 15n) + 1;
    expect(cpu.registers.find(parseSysKey(`S2_0_C0_C${count - 1}_4`))).toBeDefined();
    expect(cpu.registers.find(parseSysKey(`S2_0_C0_C${count}_4`))).toBeUndefined();
  });
  it('PSTATE fields read and write in place', () => {
    const { cpu, get, set } = harness();
    cpu.setStackPointer(0, 0x50n);
    cpu.setStackPointer(1, 0x51n);
    expect(get('CurrentEL')).toBe(4n);
    expect(get('SPSel')).toBe(1n);
    set('SPSel', 0n);
    expect(cpu.x(31)).toBe(0x50n);
    set('DAIF', 0x80n);
    expect([get('DAIF'), cpu.daif]).toEqual([0x80n, 2]);
    set('PAN', 1n << 22n);
    expect(get('PAN')).toBe(1n << 22n);
    set('NZCV', 0x9000_0000n);
    expect(get('NZCV')).toBe(0x9000_0000n);
  });
  it('the cycle counter counts instructions while enabled', () => {
    const { time, get, set } = harness();
    set('PMCCNTR_EL0', 5n);
    time.count += 100n;
    expect(get('PMCCNTR_EL0')).toBe(5n);
    set('PMCNTENSET_EL0', 1n << 31n);
    set('PMCR_EL0', 1n);
    time.count += 100n;
    expect(get('PMCCNTR_EL0')).toBe(105n);
    set('PMCR_EL0', 5n); // reset
    time.count += 3n;
    set('PMCNTENCLR_EL0', 1n << 31n);
    time.count += 9n;
    expect(get('PMCCNTR_EL0')).toBe(3n);
    expect((get('PMCR_EL0')! >> 11n) & 31n).toBe(6n);
  });
});

describe('maintenance', () => {
  it.each<[string, bigint, string[]]>([
    ['TLBI VMALLE1', 0n, ['all']],
    ['TLBI VMALLE1IS', 0n, ['all']],
    ['TLBI VAE1', 0x1234n, ['page 1234000']],
    ['TLBI VALE1IS', (7n << 48n) | 0xff_ffff_8000_0n, ['page ffffffff80000000']],
    ['TLBI ASIDE1', 0n, ['asid 0']],
    ['TLBI ASIDE1', 5n << 48n, ['asid 5']],
    ['TLBI RVAE1', (1n << 46n) | 0x10n, ['page 10000', 'page 11000']],
    ['TLBI RVAE1', (1n << 46n) | (3n << 44n) | (31n << 39n), ['all']],
  ])('%s %x', (name, value, log) => {
    const { tlb, set } = harness();
    set(name, value);
    expect(tlb.log).toEqual(log);
  });

  it('one page of a block drops everything', () => {
    const { cpu, ram, tlb, set } = harness();
    ram.set(0x4000_0000, 0x8000_0401n);
    cpu.write('SCTLR_EL1', 1n);
    set('TCR_EL1', 25n | (5n << 32n) | (1n << 23n));
    set('TTBR0_EL1', 0x4000_0000n);
    expect(cpu.translate(0x1234_5000, 0, 0, false)).toBe(true);
    tlb.log = [];
    set('TLBI VAE1', 0x4_0000n);
    expect(tlb.log).toEqual(['page 40000000']);
    set('TLBI VAE1', 0x3_0000n);
    expect(tlb.log.at(-1)).toBe('all');
  });

  it('AT reports address and attributes, or the fault, in PAR_EL1', () => {
    const { cpu, ram, get, set } = harness();
    ram.set(0x4000_0000, 0x8000_0705n); // normal, inner shareable
    cpu.write('SCTLR_EL1', 1n);
    set('MAIR_EL1', 0xff00n);
    set('TCR_EL1', 25n | (5n << 32n) | (1n << 23n));
    set('TTBR0_EL1', 0x4000_0000n);
    set('AT S1E1R', 0x1234_5678n);
    expect(get('PAR_EL1')).toBe(0xff00_0000_9234_5b80n);
    set('AT S1E0R', 0x1234_5678n);
    expect(get('PAR_EL1')).toBe(0x81bn); // permission fault, level 1
    set('AT S1E1W', 0x4000_0000n);
    expect(get('PAR_EL1')).toBe(0x80bn); // translation fault, level 1
  });

  it('AT takes an exception when the walk itself fails', () => {
    const { cpu, ram, set } = harness();
    ram.set(0x4000_0000, 0x9_0000_0003n); // a table that is not in memory
    cpu.write('SCTLR_EL1', 1n);
    set('TCR_EL1', 25n | (5n << 32n) | (1n << 23n));
    set('TTBR0_EL1', 0x4000_0000n);
    expect(set('AT S1E1R', 0x1000n)).toBe(SYS_TRAP);
    cpu.raise();
    expect([cpu.read('ESR_EL1'), cpu.read('FAR_EL1')]).toEqual([0x9600_0156n, 0x1000n]);
  });

  it('cache maintenance faults like a write, with CM', () => {
    const { cpu, set } = harness();
    cpu.write('SCTLR_EL1', 1n | (1n << 26n));
    set('TCR_EL1', 25n | (3n << 7n) | (1n << 23n));
    expect(set('DC CVAC', 0x1000n)).toBe(SYS_TRAP);
    cpu.raise();
    expect(cpu.read('ESR_EL1')).toBe(0x9600_0144n);
    expect(cpu.read('FAR_EL1')).toBe(0x1000n);
  });

  it('at EL0 is trapped unless SCTLR.UCI', () => {
    const { cpu, user, set } = harness();
    cpu.write('SCTLR_EL1', 0n);
    user();
    expect(set('IC IVAU', 0x4000_0000n)).toBe(SYS_TRAP);
    cpu.raise();
    expect(cpu.read('ESR_EL1') >> 26n).toBe(BigInt(EC.system));
    cpu.write('SCTLR_EL1', 1n << 26n);
    user();
    expect(set('IC IVAU', 0x4000_0000n)).not.toBe(SYS_TRAP);
    expect(set('DC ISW', 0n)).toBe(SYS_TRAP);
  });
});

describe('timers', () => {
  it('TVAL is the distance to CVAL in 32 bits, signed when written', () => {
    const { time, get, set } = harness();
    expect(set('CNTV_TVAL_EL0', 100n)).toBe(SYS_LEAVE);
    expect(get('CNTV_CVAL_EL0')).toBe(1100n);
    time.count += 150n;
    expect(get('CNTV_TVAL_EL0')).toBe(0xffff_ffcen);
    set('CNTV_TVAL_EL0', 0xffff_ffffn);
    expect(get('CNTV_CVAL_EL0')).toBe(1149n);
  });
  it('raise their output when enabled, met and not masked', () => {
    const { cpu, time, levels, get, set } = harness();
    set('CNTP_CVAL_EL0', 1500n);
    set('CNTP_CTL_EL0', 1n);
    expect([levels.cntp, cpu.physicalTimer.deadline, get('CNTP_CTL_EL0')]).toEqual([false, 1500n, 1n]);
    time.count = 1500n;
    cpu.updateTimers();
    expect([levels.cntp, cpu.physicalTimer.deadline, get('CNTP_CTL_EL0')]).toEqual([true, undefined, 5n]);
    set('CNTP_CTL_EL0', 3n);
    expect([levels.cntp, get('CNTP_CTL_EL0')]).toEqual([false, 7n]);
    set('CNTP_CTL_EL0', 0n);
    expect(get('CNTP_CTL_EL0')).toBe(0n);
    expect(levels.cntv).toBe(false);
  });
  it('the event stream follows a bit of the counter', () => {
    const { cpu, time, set } = harness();
    expect(cpu.eventStreamDeadline()).toBeUndefined();
    set('CNTKCTL_EL1', 4n | (5n << 4n));
    time.count = 33n;
    expect(cpu.eventStreamDeadline()).toBe(64n);
  });
});

describe('models', () => {
  it('announce exactly their features', () => {
    for (const model of Object.values(CPU_MODELS)) {
      for (const [name, fields] of Object.entries(FEATURES)) {
        for (const [register, lsb, value] of fields as readonly IdField[]) {
          const got = Number(((model.idRegisters.get(register) ?? 0n) >> BigInt(lsb)) & 15n);
          const announced = got !== 15 && got >= value;
          expect(`${model.name} ${name} ${announced}`).toBe(
            `${model.name} ${name} ${model.features.has(name as keyof typeof FEATURES)}`,
          );
        }
      }
    }
  });
  it('cortex-a72 has the ID values of the core, in AArch64 only', () => {
    const id = cortexA72.idRegisters;
    expect(id.get('ID_AA64ISAR0')).toBe(0x0001_1120n);
    expect(id.get('ID_AA64MMFR0')! & 0xffn).toBe(0x24n);
    expect(id.get('ID_AA64DFR0')).toBe(0x1030_5106n);
    expect(id.get('ID_AA64PFR0')).toBe(0x11n);
  });
  it('close their feature lists', () => {
    expect(featureSet(['PMULL', 'FlagM2'])).toEqual(new Set(['PMULL', 'AES', 'FlagM2', 'FlagM']));
    expect(() => cpuModel({ name: 'x', midr: 0n, features: [], paBits: 41 })).toThrow(RangeError);
  });
});
