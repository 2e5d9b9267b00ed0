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
import { Decoder, definitions, type Insn } from '../src/a64/spec/index.js';
import { Random } from './random.js';

const PER_DEFINITION = 10;

const random = new Random(2024);
const decoder = new Decoder(undefined);
const words: number[] = [];

/** Registers 31 and equal registers, small immediates: what aliases depend on. */
function bias(insn: Insn, word: number): number {
  let w = word;
  const set = (lsb: number, width: number, value: number): void => {
    const mask = (2 ** width - 1) * 2 ** lsb;
    w = ((w & ~mask) | ((value * 2 ** lsb) & mask)) >>> 0;
  };
  for (const { name, lsb, width } of insn.pattern.fields) {
    if (/^R/.test(name) && random.chance(3)) set(lsb, width, 31);
    else if (/^(imm|shift|option)/.test(name) && random.chance(3)) set(lsb, width, random.below(3) - 1);
  }
  const [n, m] = ['Rn', 'Rm'].map(r => insn.pattern.fields.find(f => f.name === r));
  if (n && m && random.chance(3)) set(m.lsb, m.width, w >>> n.lsb);
  return w;
}
for (const insn of definitions()) {
  if (/^(MRS|MSR \(register|SYS)/.test(insn.name)) continue; // register names come from the CPU model
  for (let tries = 0, found = 0; tries < 2000 && found < PER_DEFINITION; tries++) {
    const any = ((random.next() & ~insn.pattern.mask) | insn.pattern.bits) >>> 0;
    const word = found & 1 ? bias(insn, any) : any;
    if (decoder.decode(word)?.insn !== insn) continue;
    words.push(word);
    found++;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'disassembly-'));
const file = join(folder, 'words.bin');
writeFileSync(file, new Uint8Array(Uint32Array.from(words).buffer));
const texts = execFileSync('aarch64-linux-gnu-objdump', ['-D', '-b', 'binary', '-m', 'aarch64', '-z', file], {
  maxBuffer: 1 << 26,
})
  .toString()
  .split('\n')
  .map(line => /^\s*[0-9a-f]+:\s+[0-9a-f]{8}\s+(.*)$/.exec(line)?.[1])
  .filter(text => text !== undefined)
  .map(text =>
    text
      .replace(/\s*(\/\/| ; ).*$/, '')
      .replace(/\s+/g, ' ')
      .trim(),
  );
rmSync(folder, { recursive: true });
const rows = words.flatMap((word, i) => {
  const text = texts[i]!;
  return /^\.inst|^msr s0_/.test(text)
    ? []
    : [`  ["${word.toString(16).padStart(8, '0')}", ${i * 4}, ${JSON.stringify(text)}]`];
});
writeFileSync(new URL('../__tests__/a64/disassembly.json', import.meta.url), `[\n${rows.join(',\n')}\n]\n`);
console.log(`${rows.length} words`);
