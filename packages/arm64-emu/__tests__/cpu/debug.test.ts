import { describe, expect, it } from 'vitest';
import { EC } from '../../src/cpu/esr.js';
import { max, withFeatures } from '../../src/cpu/models.js';
import { READ, WRITE } from '../../src/engine/host.js';
import { bench } from '../cpu-support.js';

const MDE = 1n << 15n;
const KDE = 1n << 13n;
const SS = 1n;
const EL0 = 0n;
const EL1H = 5n;
const PC = 0x4000_1000n;

/** A CPU at `spsr` with the OS lock open and the registers given. */
function at(spsr: bigint, registers: Record<string, bigint>) {
  const b = bench();
  const { cpu } = b;
  const set = (name: string, value: bigint) => cpu.sysWrite(cpu.registers.named(name).key, value);
  set('OSLAR_EL1', 0n);
  for (const [name, value] of Object.entries(registers)) set(name, value);
  cpu.write('VBAR_EL1', 0x1000n);
  cpu.write('SPSR_EL1', spsr);
  cpu.write('ELR_EL1', PC);
  cpu.event('eret', 0n);
  return { ...b, set, ec: () => Number(cpu.read('ESR_EL1') >> 26n) };
}

describe('breakpoints', () => {
  const enabled = 1n | (3n << 1n) | (15n << 5n);
  it.each<[string, bigint, Record<string, bigint>, number]>([
    ['at EL0', EL0, { MDSCR_EL1: MDE }, EC.breakpointLower],
    ['at EL1 with KDE', EL1H, { MDSCR_EL1: MDE | KDE }, EC.breakpoint],
    ['not at EL1 without KDE', EL1H, { MDSCR_EL1: MDE }, 0],
    ['not with PSTATE.D', EL1H | 0x200n, { MDSCR_EL1: MDE | KDE }, 0],
    ['not without MDE', EL0, {}, 0],
    ['not with the OS lock', EL0, { MDSCR_EL1: MDE, OSLAR_EL1: 1n }, 0],
    ['not at another level', EL0, { MDSCR_EL1: MDE, DBGBCR0_EL1: 1n | (1n << 1n) | (15n << 5n) }, 0],
    ['not at another address', EL0, { MDSCR_EL1: MDE, DBGBVR0_EL1: PC + 4n }, 0],
    [
      'by context',
      EL0,
      { MDSCR_EL1: MDE, CONTEXTIDR_EL1: 7n, DBGBVR0_EL1: 7n, DBGBCR0_EL1: enabled | (2n << 20n) },
      0x30,
    ],
    ['not by another context', EL0, { MDSCR_EL1: MDE, DBGBVR0_EL1: 7n, DBGBCR0_EL1: enabled | (2n << 20n) }, 0],
  ])('%s', (_, spsr, registers, ec) => {
    const t = at(spsr, { DBGBVR0_EL1: PC, DBGBCR0_EL1: enabled, ...registers });
    t.cpu.beforeInstruction();
    expect(t.ec()).toBe(ec);
    if (ec !== 0) expect([t.cpu.read('ELR_EL1'), t.cpu.read('ESR_EL1') & 0x1ff_ffffn]).toEqual([PC, 0x22n]);
  });

  it('linked to a context breakpoint match in that context only', () => {
    const link = { DBGBVR0_EL1: PC, DBGBCR0_EL1: enabled | (1n << 20n) | (5n << 16n) };
    const context = { DBGBVR5_EL1: 9n, DBGBCR5_EL1: enabled | (3n << 20n), MDSCR_EL1: MDE };
    const miss = at(EL0, { ...link, ...context });
    miss.cpu.beforeInstruction();
    expect(miss.ec()).toBe(0);
    const hit = at(EL0, { ...link, ...context, CONTEXTIDR_EL1: 9n });
    hit.cpu.beforeInstruction();
    expect(hit.ec()).toBe(EC.breakpointLower);
  });
});

describe('breakpoints on what EL2 gives', () => {
  const enabled = 1n | (3n << 1n) | (15n << 5n);
  const host = withFeatures(max, max.hypervisor);
  const [E2H, TGE, RW] = [1n << 34n, 1n << 27n, 1n << 31n];
  const guest = { HCR_EL2: RW, CONTEXTIDR_EL1: 7n, CONTEXTIDR_EL2: 9n, VTTBR_EL2: 3n << 48n };
  const TDE = 1n << 8n;

  /** Whether a breakpoint of a type stops a program at EL0. */
  function stops(type: bigint, value: bigint, registers: Record<string, bigint>): boolean {
    const { cpu } = bench(host);
    const controls = { OSLAR_EL1: 0n, MDSCR_EL1: MDE, MDCR_EL2: TDE, ...registers };
    const point = { DBGBVR5_EL1: value, DBGBCR5_EL1: enabled | (type << 20n) };
    const all: Record<string, bigint> = { ...controls, ...point };
    for (const [name, v] of Object.entries(all)) cpu.assign(name, v);
    cpu.write('SPSR_EL2', 0n);
    cpu.write('ELR_EL2', PC);
    cpu.event('eret', 0n);
    cpu.beforeInstruction();
    return cpu.el === 2 && cpu.read('ESR_EL2') >> 26n === BigInt(EC.breakpointLower);
  }
  // DBGBCR.BT and DBGBVR by the Arm ARM's BreakpointValueMatch.
  it.each<[string, bigint, bigint, boolean]>([
    ['CONTEXTIDR_EL1', 6n, 7n, true],
    ['another CONTEXTIDR_EL1', 6n, 9n, false],
    ['VMID', 8n, 3n << 32n, true],
    ['another VMID', 8n, 4n << 32n, false],
    ['VMID and context', 10n, (3n << 32n) | 7n, true],
    ['VMID and another context', 10n, (3n << 32n) | 8n, false],
    ['CONTEXTIDR_EL2', 12n, 9n << 32n, true],
    ['another CONTEXTIDR_EL2', 12n, 7n << 32n, false],
    ['both contexts', 14n, (9n << 32n) | 7n, true],
    ['one of both contexts', 14n, (9n << 32n) | 9n, false],
    ['what is only for links', 7n, 7n, false],
    ['a reserved type', 4n, PC, false],
  ])('%s', (_, type, value, expected) => expect(stops(type, value, guest)).toBe(expected));

  it('programs of a host have CONTEXTIDR_EL2 and no VMID', () => {
    const controls = { ...guest, HCR_EL2: RW | E2H | TGE };
    expect(
      [2n, 6n, 8n, 12n].map(type => stops(type, type === 12n ? 9n << 32n : type === 8n ? 3n << 32n : 9n, controls)),
    ).toEqual([true, false, false, true]);
  });

  it('the upper half of a VMID counts with VTCR_EL2.VS', () => {
    const long = { ...guest, VTTBR_EL2: 0x103n << 48n };
    expect(stops(8n, 3n << 32n, long)).toBe(true);
    expect(stops(8n, 3n << 32n, { ...long, VTCR_EL2: 1n << 19n })).toBe(false);
    expect(stops(8n, 0x103n << 32n, { ...long, VTCR_EL2: 1n << 19n })).toBe(true);
  });
});

describe('watchpoints', () => {
  const both = (bas: bigint, more = 0n) => 1n | (3n << 1n) | (3n << 3n) | (bas << 5n) | more;
  it.each<[string, bigint, bigint, number, number, number, boolean]>([
    ['a byte', 0x2000n, both(1n), 0x2000, 1, READ, true],
    ['a byte, missed', 0x2000n, both(1n), 0x2001, 1, READ, false],
    ['within a larger access', 0x2000n, both(0x80n), 0x2000, 8, WRITE, true],
    ['at the end of an access from below', 0x2008n, both(1n), 0x2004, 8, WRITE, true],
    ['four bytes at a word address', 0x2004n, both(15n), 0x2005, 1, READ, true],
    ['not before a word address', 0x2004n, both(15n), 0x2003, 1, READ, false],
    ['loads only, stored to', 0x2000n, 1n | (3n << 1n) | (1n << 3n) | (0xffn << 5n), 0x2000, 4, WRITE, false],
    ['stores only, stored to', 0x2000n, 1n | (3n << 1n) | (2n << 3n) | (0xffn << 5n), 0x2000, 4, WRITE, true],
    ['a masked range', 0x2000n, both(0xffn, 8n << 24n), 0x20fc, 4, READ, true],
    ['beyond a masked range', 0x2000n, both(0xffn, 8n << 24n), 0x2100, 4, READ, false],
  ])('%s', (_, wvr, wcr, va, size, access, hit) => {
    const { cpu, ec } = at(EL0, { MDSCR_EL1: MDE, DBGWVR1_EL1: wvr, DBGWCR1_EL1: wcr });
    expect(cpu.translate(va, 0, access, false, size)).toBe(!hit);
    expect(hit || !cpu.translation.keep).toBe(true);
    if (!hit) return;
    cpu.raise();
    expect(ec()).toBe(EC.watchpointLower);
    expect(cpu.read('ESR_EL1') & 0x7fn).toBe(access === WRITE ? 0x62n : 0x22n);
    expect(cpu.read('FAR_EL1')).toBe(BigInt(va));
  });

  it('leave other pages to the TLB, and drop what it has when they are set', () => {
    const { cpu, tlb, set } = at(EL1H, { MDSCR_EL1: MDE | KDE });
    cpu.defaultCacheable = true;
    tlb.log = [];
    set('DBGWVR0_EL1', 0x2000n);
    set('DBGWCR0_EL1', both(0xffn));
    expect(tlb.log).toContain('all');
    expect(cpu.translate(0x3000, 0, READ, false, 8)).toBe(true);
    expect(cpu.translation.keep).toBe(true);
    set('DBGWCR0_EL1', 0n);
    expect(cpu.translate(0x2000, 0, READ, false, 8)).toBe(true);
    expect(cpu.translation.keep).toBe(true);
  });
});

describe('software step', () => {
  it('steps one instruction after an ERET with SPSR.SS', () => {
    const { cpu, ec } = at(EL0 | (1n << 21n), { MDSCR_EL1: SS });
    expect([cpu.perInstruction, cpu.stepArmed]).toEqual([true, true]);
    cpu.beforeInstruction();
    expect(ec()).toBe(0);
    cpu.pc = PC + 4n;
    cpu.afterInstruction(true);
    cpu.beforeInstruction();
    expect(cpu.read('ESR_EL1')).toBe((BigInt(EC.softwareStepLower) << 26n) | (1n << 25n) | (1n << 24n) | 0x22n);
    expect([cpu.read('ELR_EL1'), cpu.read('SPSR_EL1')]).toEqual([PC + 4n, EL0]);
  });
  it('is pending at once without SPSR.SS, and then nothing was stepped', () => {
    const { cpu, ec } = at(EL0, { MDSCR_EL1: SS });
    cpu.beforeInstruction();
    expect(ec()).toBe(EC.softwareStepLower);
    expect((cpu.read('ESR_EL1') >> 24n) & 1n).toBe(0n);
  });
  it('a stepped SVC is complete, an abort is not', () => {
    const svc = at(EL0 | (1n << 21n), { MDSCR_EL1: SS }).cpu;
    svc.exception(EC.svc, 0);
    expect(svc.read('SPSR_EL1')).toBe(EL0);
    const undefined_ = at(EL0 | (1n << 21n), { MDSCR_EL1: SS }).cpu;
    undefined_.exception(EC.unknown, 0);
    expect(undefined_.read('SPSR_EL1')).toBe(EL0 | (1n << 21n));
  });
  it('does not begin where debug exceptions are disabled', () => {
    const { cpu, ec } = at(EL1H | (1n << 21n), { MDSCR_EL1: SS });
    expect(cpu.stepArmed).toBe(false);
    cpu.beforeInstruction();
    expect(ec()).toBe(0);
  });
});
