/** The disassembler: fills the definitions' templates. */
import type { Decoded, Decoder } from './decoder.js';
import type { Asm, Numbers } from './insn.js';
import { hex, Imm, operandText } from './operands.js';

function template(asm: Exclude<Asm<Numbers>, (...args: never[]) => string>, fields: Numbers): string {
  if (typeof asm === 'string') return asm;
  for (const form of asm) {
    if (typeof form === 'string') return form;
    if (form.when === undefined || form.when(fields)) return form.text;
  }
  return '?';
}

/** The bits of one or more fields, the first highest: `op+o2`. */
function choose(names: string, d: Decoded): number {
  let value = 0;
  for (const name of names.split('+')) {
    const width = d.insn.pattern.fields.find(f => f.name === name)?.width ?? 1;
    value = (value << width) | (d.shape[name] ?? d.fields[name] ?? 0);
  }
  return value;
}

/** Preferred forms by the definition's name, from its fields. */
export type Aliases = Readonly<Record<string, (f: Numbers) => string | undefined>>;
let preferred: Aliases = {};
/** Sets the table of aliases. */
export function useAliases(table: Aliases): void {
  preferred = table;
}

/** The text of a decoded instruction at address `pc`, by an alias where one is preferred. */
export function disassembleDecoded(d: Decoded, env: Decoder['env'], pc = 0n): string {
  const { asm } = d.insn;
  const alias = preferred[d.insn.name]?.(d.fields);
  if (alias !== undefined) return alias;
  if (typeof asm === 'function') return asm(d.fields, pc, env);
  const extra = d.insn.text?.(d.fields, env) ?? {};
  return template(asm, d.fields).replace(/\{([\w+]+)(?::([^}]*))?\}/g, (_, name: string, format?: string) => {
    if (format?.includes('|')) return format.split('|')[choose(name, d)] ?? '?';
    const operand = d.operands[name];
    if (operand instanceof Imm) {
      if (format === 'd') return String(operand.k);
      if (format === 'offset') return operand.k === 0n ? '' : `, #${operand.k}`;
      return hex(operand.k);
    }
    if (extra[name] !== undefined) return extra[name];
    if (operand !== undefined) return operandText(operand, d.fields.sf ?? 1, pc);
    const value = d.fields[name] ?? d.shape[name];
    return value === undefined ? '?' : format === 'x' ? hex(value) : String(value);
  });
}

/** The text of `word` at address `pc`; `.inst` with the word when it is UNDEFINED. */
export function disassemble(decoder: Decoder, word: number, pc = 0n): string {
  const d = decoder.decode(word);
  return d ? disassembleDecoded(d, decoder.env, pc) : `.inst 0x${(word >>> 0).toString(16).padStart(8, '0')}`;
}
