import { CPU_MODELS, explainUndefined, Hooks } from 'arm64-emu';
import type { GuestMachine } from '../machines/guest.js';

/** Places that are kept. */
const MOST = 16;

/** An instruction that a kernel executed and its CPU does not have. */
export interface UndefinedInstruction {
  readonly pc: bigint;
  /** As a CPU that has it; otherwise its bits. */
  readonly text: string;
  /** Features that it belongs to and the CPU lacks. */
  readonly missing: readonly string[];
  /** The CPU's model. */
  readonly model: string;
  /** Models with those features. */
  readonly models: readonly string[];
}

/** Collects the first undefined instructions above EL0 at different places; nothing else changes. */
export function watchUndefined({ target }: GuestMachine): readonly UndefinedInstruction[] {
  const found: UndefinedInstruction[] = [];
  if (target === undefined) return found;
  Hooks.of(target).undefinedInstruction((cpu, word) => {
    const { pc } = cpu;
    if (cpu.el === 0 || found.length >= MOST || found.some(one => one.pc === pc)) return false;
    const { text, missing } = explainUndefined(cpu, word, pc);
    const models = Object.values(CPU_MODELS).filter(({ features }) => missing.every(name => features.has(name)));
    found.push({
      pc,
      text: text ?? `the word 0x${word.toString(16).padStart(8, '0')}`,
      missing,
      model: cpu.model.name,
      models: models.map(({ name }) => name),
    });
    return false;
  });
  return found;
}
