/**
 * Finds the hot handlers: counts the instructions of a Linux boot on each CPU model, a sample of every stretch, and
 * rewrites `src/interp/profile.ts`.
 *
 *   npx tsx packages/arm64-emu/scripts/profile.ts KERNEL INITRD [INSTRUCTIONS]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { CPU_MODELS } from '../src/cpu/models.js';
import { createVirt } from '../src/virt/virt.js';

const MODELS = ['cortex-a72', 'max'] as const;
const STRETCH = 5_000_000;
const SAMPLE = 2_000;
const KERNEL_AT = 0x4020_0000;
const INITRD_AT = 0x4800_0000;
const TREE_AT = 0x4b00_0000;
/** Handlers rarer than this are made when they are met. */
const RAREST = 5;
const WORDS_PER_LINE = 11;

interface Count {
  readonly word: string;
  count: number;
}

function profile(model: string, kernel: Uint8Array, initrd: Uint8Array, instructions: number): Map<string, Count> {
  const { machine, engine, load, deviceTree } = createVirt({ cpu: CPU_MODELS[model]! });
  load(KERNEL_AT, kernel);
  load(INITRD_AT, initrd);
  const range = { start: INITRD_AT, end: INITRD_AT + initrd.length };
  load(TREE_AT, deviceTree({ bootargs: 'console=ttyAMA0', initrd: range }));
  machine.start(BigInt(KERNEL_AT), BigInt(TREE_AT));
  const counts = new Map<string, Count>();
  const count = (): void => {
    const [pc, word] = machine.within(0, cpu => [cpu.pc, cpu.currentWord()] as const);
    const handler = engine.identifyHandler(word, Number(pc & 0xfffn));
    if (handler === undefined) return;
    const known = counts.get(handler.key);
    if (known) known.count++;
    else {
      const hex = (word >>> 0).toString(16).padStart(8, '0');
      counts.set(handler.key, { word: hex + (handler.far ? 'f' : ''), count: 1 });
    }
  };
  while (machine.executed < instructions) {
    for (let i = 0; i < SAMPLE; i++) {
      count();
      machine.runSync({ instructions: 1 });
    }
    machine.runSync({ instructions: STRETCH - SAMPLE });
  }
  return counts;
}

const [kernel, initrd, instructions = '3e9'] = process.argv.slice(2);
if (kernel === undefined || initrd === undefined) throw new Error('usage: profile.ts KERNEL INITRD [INSTRUCTIONS]');
const total = new Map<string, Count>();
for (const model of MODELS) {
  for (const [key, { word, count }] of profile(
    model,
    readFileSync(kernel),
    readFileSync(initrd),
    Number(instructions),
  )) {
    const known = total.get(key);
    if (known) known.count += count;
    else total.set(key, { word, count });
  }
}
const words = [...total.values()]
  .filter(c => c.count >= RAREST)
  .sort((a, b) => b.count - a.count)
  .map(c => c.word);
const lines: string[] = [];
for (let i = 0; i < words.length; i += WORDS_PER_LINE) lines.push(words.slice(i, i + WORDS_PER_LINE).join(' '));
const path = new URL('../src/interp/profile.ts', import.meta.url);
const source = readFileSync(path, 'utf8');
writeFileSync(
  path,
  source.replace(/const WORDS = `[^`]*`/, () => `const WORDS = \`\n${lines.join('\n')}\n\``),
);
console.error(`${words.length} handlers`);
