/** Exception generation. */
import { ExceptionClass, i32, imm32, insn } from './spec/index.js';
import { hex } from './text.js';

insn({
  name: 'SVC, HVC, SMC',
  pattern: '11010100000 imm16:16 000 ll:2',
  shape: { ll: 4 },
  where: f => f.ll !== 0,
  operands: f => ({ imm: imm32(f.imm16) }),
  asm: f => `${['', 'svc', 'hvc', 'smc'][f.ll]} #${hex(f.imm16)}`,
  exec: (c, { imm }, { ll }) => {
    if (ll > 1) c.trap(c.el().isZero(), ExceptionClass.unknown, i32(0));
    c.exception([ExceptionClass.svc, ExceptionClass.hvc, ExceptionClass.smc][ll - 1]!, imm);
  },
});
insn({
  name: 'BRK',
  pattern: '11010100001 imm16:16 00000',
  shape: {},
  operands: f => ({ imm: imm32(f.imm16) }),
  asm: f => `brk #${hex(f.imm16)}`,
  exec: (c, { imm }) => c.exception(ExceptionClass.brk, imm),
});
// HLT and DCPS are UNDEFINED without an external debugger, UDF always.
insn({
  name: 'HLT',
  pattern: '11010100010 imm16:16 00000',
  shape: {},
  operands: () => ({}),
  asm: f => `hlt #${hex(f.imm16)}`,
  exec: c => c.undefined(),
});
insn({
  name: 'DCPS1, DCPS2, DCPS3',
  pattern: '11010100101 imm16:16 000 ll:2',
  shape: {},
  where: f => f.ll !== 0,
  operands: () => ({}),
  asm: f => `dcps${f.ll}${f.imm16 ? ` #${hex(f.imm16)}` : ''}`,
  exec: c => c.undefined(),
});
insn({
  name: 'UDF',
  pattern: '0000000000000000 imm16:16',
  shape: {},
  operands: () => ({}),
  asm: f => `udf #${f.imm16}`,
  exec: c => c.undefined(),
});
