/**
 * Writes the table of words and their text in GNU binutils that `__tests__/a64/disassembly.test.ts` compares with.
 *
 *   npx tsx packages/arm64-emu/fuzz/disassembly.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '../src/a64/index.js';
import { Decoder, definitions } from '../src/a64/spec/index.js';
import { Random } from './random.js';

const PER_DEFINITION = 6;
/** Hints and a few others are spelled by their alias; binutils knows CFINV and AXFLAG under that name only. */
const ALIASED = /^(HINT|CFINV|XAFLAG|PACIASP|DSB)/;

const random = new Random(2024);
const decoder = new Decoder(undefined);
const words: { word: number; alias: boolean }[] = [];
for (const insn of definitions()) {
  if (/^(MRS|MSR \(register|SYS)/.test(insn.name)) continue; // register names come from the CPU model
  for (let tries = 0, found = 0; tries < 2000 && found < PER_DEFINITION; tries++) {
    const word = ((random.next() & ~insn.pattern.mask) | insn.pattern.bits) >>> 0;
    if (decoder.decode(word)?.insn !== insn) continue;
    words.push({ word, alias: ALIASED.test(insn.name) });
    found++;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'disassembly-'));
const file = join(folder, 'words.bin');
writeFileSync(file, new Uint8Array(Uint32Array.from(words, w => w.word).buffer));
const options = ['-D', '-b', 'binary', '-m', 'aarch64', '-z'];
const texts = [
  [...options, '-M', 'no-aliases', file],
  [...options, file],
].map(args =>
  execFileSync('aarch64-linux-gnu-objdump', args, { maxBuffer: 1 << 26 })
    .toString()
    .split('\n')
    .map(line => /^\s*[0-9a-f]+:\s+[0-9a-f]{8}\s+(.*)$/.exec(line)?.[1])
    .filter(text => text !== undefined)
    .map(text =>
      text
        .replace(/\s*(\/\/| ; ).*$/, '')
        .replace(/\s+/g, ' ')
        .trim(),
    ),
);
rmSync(folder, { recursive: true });
const rows = words.flatMap(({ word, alias }, i) => {
  const text = texts[alias ? 1 : 0]![i]!;
  return /^\.inst|^msr s0_/.test(text)
    ? []
    : [`  ["${word.toString(16).padStart(8, '0')}", ${i * 4}, ${JSON.stringify(text)}]`];
});
writeFileSync(new URL('../__tests__/a64/disassembly.json', import.meta.url), `[\n${rows.join(',\n')}\n]\n`);
console.log(`${rows.length} words`);
