/** Hints and barriers. */
import { insn, X } from './spec/index.js';
import { hex, xr } from './text.js';

const HINTS: Record<number, string> = {
  0: 'nop',
  1: 'yield',
  2: 'wfe',
  3: 'wfi',
  4: 'sev',
  5: 'sevl',
  16: 'esb',
  22: 'clearbhb',
  17: 'psb csync',
  18: 'tsb csync',
  20: 'csdb',
  32: 'bti',
  34: 'bti c',
  36: 'bti j',
  38: 'bti jc',
};
const EVENTS = ['', 'yield', 'wfe', 'wfi', 'sev', 'sev'] as const;
insn({
  name: 'HINT',
  pattern: '11010101000000110010 imm:7 11111',
  shape: { event: 6 },
  pick: f => ({ event: f.imm < 6 ? f.imm : 0 }),
  operands: () => ({}),
  asm: f => HINTS[f.imm] ?? `hint #${hex(f.imm)}`,
  exec: (c, _, { event }) => {
    const name = EVENTS[event]!;
    if (name) c.event(name);
  },
});

insn({
  name: 'WFET, WFIT',
  feature: 'WFxT',
  pattern: '110101010000001100010000 00 i Rt:5',
  shape: { i: 2 },
  operands: f => ({ t: X(f.Rt) }),
  asm: f => `wf${f.i ? 'i' : 'e'}t ${xr(f.Rt)}`,
  exec: (c, { t }, { i }) => c.event(i ? 'wfit' : 'wfet', c.x(t)),
});

const BARRIER_OPTIONS = [
  '#0x00',
  'oshld',
  'oshst',
  'osh',
  '#0x04',
  'nshld',
  'nshst',
  'nsh',
  '#0x08',
  'ishld',
  'ishst',
  'ish',
  '#0x0c',
  'ld',
  'st',
  'sy',
];
insn({
  name: 'DSB, DMB',
  pattern: '11010101000000110011 CRm:4 10 dmb 11111',
  shape: {},
  operands: () => ({}),
  asm: f =>
    !f.dmb && f.CRm === 0
      ? 'ssbb'
      : !f.dmb && f.CRm === 4
        ? 'pssbb'
        : `d${f.dmb ? 'm' : 's'}b ${BARRIER_OPTIONS[f.CRm]}`,
  exec: () => {},
});
insn({
  name: 'ISB',
  pattern: '11010101000000110011 CRm:4 11011111',
  shape: {},
  operands: () => ({}),
  asm: f => (f.CRm === 15 ? 'isb' : `isb #${hex(f.CRm)}`),
  // Nothing is deferred, so that there is nothing to synchronise.
  exec: () => {},
});
insn({
  name: 'SB',
  feature: 'SB',
  pattern: '11010101000000110011 CRm:4 11111111',
  shape: {},
  where: f => f.CRm === 0,
  operands: () => ({}),
  asm: 'sb',
  exec: () => {},
});
insn({
  name: 'CLREX',
  pattern: '11010101000000110011 CRm:4 01011111',
  shape: {},
  operands: () => ({}),
  asm: f => (f.CRm === 15 ? 'clrex' : `clrex #${hex(f.CRm)}`),
  exec: c => c.clearExclusive(),
});
