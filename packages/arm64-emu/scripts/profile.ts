/**
 * Finds the hot handlers, and sequences of them: counts the instructions of a Linux boot on each CPU model, a sample of
 * every stretch, and rewrites `src/interp/profile.ts`.
 *
 *   npx tsx packages/arm64-emu/scripts/profile.ts KERNEL INITRD [INSTRUCTIONS]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { CPU_MODELS } from '../src/cpu/models.js';
import { createVirt } from '../src/virt/virt.js';
import { chooseSequences, type Part, type Run } from './sequences.js';

const MODELS = ['cortex-a72', 'max'] as const;
const STRETCH = 5_000_000;
const SAMPLE = 2_000;
const KERNEL_AT = 0x4020_0000;
const INITRD_AT = 0x4800_0000;
const TREE_AT = 0x4b00_0000;
/** Handlers rarer than this are made when they are met. */
const RAREST = 5;
const WORDS_PER_LINE = 11;
const SEQUENCES_PER_LINE = 4;
/** What is executed more often counts as often as this: it will be compiled. */
const OFTEN = 100;
const INSTRUCTION = 4n;
const PAGE_OFFSET = 0xfffn;

interface Count extends Part {
  count: number;
}
/** Handlers by their keys, and what was executed in a row, by where it begins. */
interface Profile {
  readonly counts: Map<string, Count>;
  readonly runs: Map<string, Run>;
}

function profile(model: string, kernel: Uint8Array, initrd: Uint8Array, instructions: number): Profile {
  const { machine, engine, load, deviceTree } = createVirt({ cpu: CPU_MODELS[model]! });
  load(KERNEL_AT, kernel);
  load(INITRD_AT, initrd);
  const range = { start: INITRD_AT, end: INITRD_AT + initrd.length };
  load(TREE_AT, deviceTree({ bootargs: 'console=ttyAMA0', initrd: range }));
  machine.start(BigInt(KERNEL_AT), BigInt(TREE_AT));
  const counts = new Map<string, Count>();
  const runs = new Map<string, Run>();
  const handlers = new Map<string, Count | undefined>();
  const identify = (pc: bigint, word: number): Count | undefined => {
    const at = `${word} ${pc & PAGE_OFFSET}`;
    if (handlers.has(at)) return handlers.get(at);
    const handler = engine.identifyHandler(word, Number(pc & PAGE_OFFSET));
    if (handler !== undefined && !counts.has(handler.key)) {
      const hex = (word >>> 0).toString(16).padStart(8, '0');
      counts.set(handler.key, { ...handler, word: hex + (handler.far ? 'f' : ''), count: 0 });
    }
    const known = handler && counts.get(handler.key);
    handlers.set(at, known);
    return known;
  };
  let parts: Part[] = [];
  let next = -1n;
  const endRun = (): void => {
    const key = `${next} ${parts.length}`;
    const times = Math.min(OFTEN, (runs.get(key)?.times ?? 0) + 1);
    if (parts.length > 1) runs.set(key, { parts, times });
    parts = [];
  };
  const count = (): void => {
    const [pc, word] = machine.within(0, cpu => [cpu.pc, cpu.currentWord()] as const);
    if (pc !== next || (pc & PAGE_OFFSET) === 0n) endRun();
    next = pc + INSTRUCTION;
    const handler = identify(pc, word);
    if (handler === undefined) return;
    handler.count++;
    parts.push(handler);
  };
  while (machine.executed < instructions) {
    for (let i = 0; i < SAMPLE; i++) {
      count();
      machine.runSync({ instructions: 1 });
    }
    machine.runSync({ instructions: STRETCH - SAMPLE });
  }
  return { counts, runs };
}

const [kernel, initrd, instructions = '3e9'] = process.argv.slice(2);
if (kernel === undefined || initrd === undefined) throw new Error('usage: profile.ts KERNEL INITRD [INSTRUCTIONS]');
const total = new Map<string, Count>();
const runs: Run[] = [];
for (const model of MODELS) {
  const found = profile(model, readFileSync(kernel), readFileSync(initrd), Number(instructions));
  for (const [key, handler] of found.counts) {
    const known = total.get(key);
    if (known) known.count += handler.count;
    else total.set(key, handler);
  }
  runs.push(...found.runs.values());
}
const sequences = chooseSequences(runs);
const words = [...total.values()]
  .filter(c => c.count >= RAREST)
  .sort((a, b) => b.count - a.count)
  .map(c => c.word);
function inLines(list: readonly string[], perLine: number): string {
  const lines: string[] = [];
  for (let i = 0; i < list.length; i += perLine) lines.push(list.slice(i, i + perLine).join(' '));
  return lines.join('\n');
}
const path = new URL('../src/interp/profile.ts', import.meta.url);
const source = readFileSync(path, 'utf8');
writeFileSync(
  path,
  source
    .replace(/const WORDS = `[^`]*`/, () => `const WORDS = \`\n${inLines(words, WORDS_PER_LINE)}\n\``)
    .replace(/const SEQUENCES = `[^`]*`/, () => `const SEQUENCES = \`\n${inLines(sequences, SEQUENCES_PER_LINE)}\n\``),
);
console.error(`${words.length} handlers, ${sequences.length} sequences`);
