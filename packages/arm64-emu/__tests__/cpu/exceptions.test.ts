import { describe, expect, it } from 'vitest';
import { EC, ISS } from '../../src/cpu/esr.js';
import { PENDING } from '../../src/cpu/exceptions.js';
import { cortexA72, max } from '../../src/cpu/models.js';
import { FETCH, READ, WRITE } from '../../src/engine/host.js';
import { bench } from '../cpu-support.js';

const VBAR = 0xffff_0000_0008_0800n;
const EL0 = 0x0n;
const EL1T = 0x4n;
const EL1H = 0x5n;
const PAN = 1n << 22n;
const SPAN = 1n << 23n;

/** A CPU brought to `spsr` by ERET. */
function at(spsr: bigint, model = max) {
  const b = bench(model);
  b.cpu.write('VBAR_EL1', VBAR);
  b.cpu.write('SCTLR_EL1', model.sctlr | SPAN);
  b.cpu.setStackPointer(0, 0xe10n);
  b.cpu.setStackPointer(1, 0xe11n);
  b.cpu.write('SPSR_EL1', spsr);
  b.cpu.write('ELR_EL1', 0x1000n);
  b.cpu.event('eret', 0n);
  return b;
}

describe('vectors', () => {
  it.each([
    ['EL1 with SP_EL0', EL1T, 0x000n],
    ['EL1 with SP_EL1', EL1H, 0x200n],
    ['EL0', EL0, 0x400n],
  ])('from %s', (_, mode, group) => {
    const kinds = [
      [0x000n, (c: ReturnType<typeof at>['cpu']) => c.exception(EC.brk, 0x123)],
      [0x080n, (c: ReturnType<typeof at>['cpu']) => c.irq.set(true)],
      [0x100n, (c: ReturnType<typeof at>['cpu']) => c.fiq.set(true)],
      [0x180n, (c: ReturnType<typeof at>['cpu']) => c.serror.set(true)],
    ] as const;
    for (const [offset, raise] of kinds) {
      const { cpu } = at(mode);
      expect(cpu.x(31)).toBe(mode === EL1H ? 0xe11n : 0xe10n);
      raise(cpu);
      cpu.deliverInterrupt();
      expect(cpu.pc).toBe(VBAR + group + offset);
      expect(cpu.read('ELR_EL1')).toBe(0x1000n);
      expect(cpu.read('SPSR_EL1')).toBe(mode);
      expect(cpu.pstate).toBe(EL1H | 0x3c0n);
      expect(cpu.x(31)).toBe(0xe11n);
      expect(cpu.stackPointer(0)).toBe(0xe10n);
    }
  });
});

describe('entry', () => {
  it('saves every field of PSTATE and ERET restores it', () => {
    const spsr = 0xa1c0_1c04n; // N C, DIT, UAO, PAN, SSBS, BTYPE 3, DAIF, EL1t
    const { cpu } = at(spsr);
    const before = cpu.pstate;
    expect(before).toBe(spsr);
    cpu.exception(EC.svc, 7);
    expect(cpu.read('SPSR_EL1')).toBe(before);
    expect(cpu.read('ELR_EL1')).toBe(0x1004n);
    expect([cpu.uao, cpu.btype, cpu.ssbs, cpu.pan, cpu.dit]).toEqual([0, 0, 0, 1, 1]);
    cpu.event('eret', 0n);
    expect(cpu.pstate).toBe(before);
    expect(cpu.pc).toBe(0x1004n);
  });

  it('sets PAN unless SCTLR.SPAN, and SSBS from SCTLR.DSSBS', () => {
    const { cpu } = at(EL0);
    cpu.exception(EC.svc, 0);
    expect(cpu.pan).toBe(0);
    cpu.write('SCTLR_EL1', 1n << 44n);
    cpu.exception(EC.svc, 0);
    expect([cpu.pan, cpu.ssbs]).toEqual([1, 1]);
    const old = at(EL0, cortexA72).cpu;
    old.write('SCTLR_EL1', 1n << 44n);
    old.exception(EC.svc, 0);
    expect([old.pan, old.ssbs]).toEqual([0, 0]);
  });

  it.each([
    ['SVC returns behind itself', EC.svc, 0x80, 0x1004n, 0x56000080n],
    ['BRK', EC.brk, 0x800, 0x1000n, 0xf2000800n],
    ['UNDEFINED', EC.unknown, 0, 0x1000n, 0x02000000n],
    ['HVC without firmware is UNDEFINED', EC.hvc, 5, 0x1000n, 0x02000000n],
    ['SMC without firmware is UNDEFINED', EC.smc, 5, 0x1000n, 0x02000000n],
  ])('%s', (_, ec, iss, elr, esr) => {
    const { cpu } = at(EL0);
    cpu.exception(ec, iss);
    expect([cpu.read('ELR_EL1'), cpu.read('ESR_EL1')]).toEqual([elr, esr]);
  });

  it('calls firmware by HVC and SMC from EL1 and continues behind them', () => {
    const calls: string[] = [];
    const { cpu } = bench(max, { call: (_, conduit) => calls.push(conduit) > 0 });
    cpu.pc = 0x2000n;
    cpu.exception(EC.hvc, 0);
    cpu.exception(EC.smc, 0);
    expect(calls).toEqual(['hvc', 'smc']);
    expect(cpu.pc).toBe(0x2008n);
  });
});

describe('interrupts', () => {
  it('wait for their mask, and FIQ goes before IRQ, SError before both', () => {
    const { cpu } = at(EL1H | 0x3c0n);
    cpu.irq.set(true);
    cpu.fiq.set(true);
    cpu.serror.set(true);
    expect(cpu.deliverInterrupt()).toBe(false);
    expect(cpu.sysRead(cpu.registers.named('ISR_EL1').key)).toBe(0x1c0n);
    for (const [daif, vector] of [
      [0xb, 0x380n],
      [0xc, 0x300n],
      [0xd, 0x280n],
    ] as const) {
      cpu.setDaif(daif);
      expect(cpu.deliverInterrupt()).toBe(true);
      expect(cpu.pc - VBAR).toBe(vector);
    }
    expect(PENDING).toEqual({ fiq: 0x40, irq: 0x80, serror: 0x100 });
  });

  it('end WFI even when masked; WFE ends by SEV', () => {
    const { cpu } = at(EL1H | 0x3c0n);
    cpu.event('wfi', 0n);
    expect(cpu.wait).toBe('wfi');
    cpu.irq.set(true);
    expect(cpu.wait).toBe('running');
    cpu.irq.set(false);
    cpu.event('wfe', 0n);
    expect(cpu.wait).toBe('wfe');
    cpu.sendEvent();
    expect(cpu.wait).toBe('running');
    cpu.event('wfe', 0n); // takes the event
    expect(cpu.wait).toBe('running');
    cpu.event('wfe', 0n);
    expect(cpu.wait).toBe('wfe');
  });

  it('WFI and WFE at EL0 trap unless SCTLR.nTWI and nTWE', () => {
    const { cpu } = at(EL0);
    cpu.write('SCTLR_EL1', 0n);
    cpu.pc = 0x1004n;
    cpu.event('wfe', 0n);
    expect(cpu.read('ESR_EL1')).toBe((BigInt(EC.wfx) << 26n) | 0x3e0_0001n);
    expect(cpu.read('ELR_EL1')).toBe(0x1000n);
  });
});

describe('ERET', () => {
  it.each([
    ['to EL2', 0x9n],
    ['to AArch32', 0x10n],
    ['to EL0 with SP_EL1', 0x1n],
    ['to a reserved mode', 0x6n],
  ])('illegal %s raises an Illegal Execution state exception', (_, mode) => {
    const { cpu } = at(EL1H);
    cpu.write('SPSR_EL1', 0x6000_0000n | mode);
    cpu.write('ELR_EL1', 0x5000n);
    cpu.event('eret', 0n);
    expect(cpu.read('ESR_EL1') >> 26n).toBe(BigInt(EC.illegalState));
    expect(cpu.read('ELR_EL1')).toBe(0x5000n);
    expect(cpu.read('SPSR_EL1')).toBe(0x6000_0000n | (1n << 20n) | EL1H);
    expect(cpu.pc).toBe(VBAR + 0x200n);
  });
  it('drops fields that the model does not have', () => {
    const { cpu } = at(EL0 | PAN | (1n << 23n) | (1n << 24n) | 0x1c00n, cortexA72);
    expect(cpu.pstate).toBe(EL0);
  });
});

describe('aborts', () => {
  const va = 0xffff_8000_1234_5678n;
  const lo = 0x1234_5678;
  const hi = 0xffff_8000 | 0;
  it.each([
    ['data read at EL1', EL1H, READ, EC.dataAbort, 0x04],
    ['data write at EL1', EL1H, WRITE, EC.dataAbort, 0x04 | ISS.WnR],
    ['fetch at EL1', EL1H, FETCH, EC.instructionAbort, 0x04],
    ['data read at EL0', EL0, READ, EC.dataAbortLower, 0x04],
    ['fetch at EL0', EL0, FETCH, EC.instructionAbortLower, 0x04],
  ])('%s', (_, mode, access, ec, iss) => {
    const { cpu } = at(mode);
    cpu.write('TCR_EL1', 16n | (1n << 23n) | (16n << 16n));
    cpu.write('SCTLR_EL1', 1n | SPAN);
    cpu.controlChanged();
    expect(cpu.translate(lo, hi, access, false)).toBe(false);
    cpu.raise();
    expect(cpu.read('ESR_EL1')).toBe((BigInt(ec) << 26n) | (1n << 25n) | BigInt(iss));
    expect(cpu.read('FAR_EL1')).toBe(va);
    expect(cpu.read('ELR_EL1')).toBe(0x1000n);
  });
  it('reports alignment, external aborts and misaligned PCs', () => {
    const { cpu } = at(EL1H);
    cpu.alignmentFault(0x11, 0, READ);
    cpu.raise();
    expect(cpu.read('ESR_EL1')).toBe(0x9600_0021n);
    cpu.externalAbort(0x18, 0, WRITE);
    cpu.raise();
    expect(cpu.read('ESR_EL1')).toBe(0x9600_0050n);
    expect(cpu.translate(0x2002, 0, FETCH, false)).toBe(false);
    cpu.raise();
    expect([cpu.read('ESR_EL1'), cpu.read('FAR_EL1')]).toEqual([0x8a00_0000n, 0x2002n]);
  });
});
