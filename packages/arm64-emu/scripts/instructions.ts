/**
 * Writes the list of instructions, of their features and of what `fuzz:isa` leaves out, from the tables.
 *
 *   npx tsx packages/arm64-emu/scripts/instructions.ts
 */
import { writeFileSync } from 'node:fs';
import { EXCLUSIONS, OUTCOME_EXCLUSIONS } from '../fuzz/exclusions.js';
import { Random } from '../fuzz/random.js';
import '../src/a64/index.js';
import { Decoder, definitions, type Insn } from '../src/a64/spec/index.js';

const SAMPLES = 3000;
const decoder = new Decoder(undefined);
const random = new Random(1);

/** Handlers and features of a definition, from samples of its encodings. */
function survey(insn: Insn): { handlers: number; features: string[] } {
  const shapes = new Set<number>();
  const features = new Set<string>(insn.features);
  for (let i = 0; i < SAMPLES; i++) {
    const word = ((random.next() & ~insn.pattern.mask) | insn.pattern.bits) >>> 0;
    const d = decoder.decode(word);
    if (d?.insn !== insn) continue;
    shapes.add(d.shapeKey);
    const needs = insn.needs?.(d.fields);
    if (needs) features.add(needs);
  }
  return { handlers: shapes.size, features: [...features].sort() };
}

const rows = definitions().map(insn => ({ name: insn.name, ...survey(insn) }));
const features = [...new Set(rows.flatMap(r => r.features))].sort();
const handlers = rows.reduce((sum, r) => sum + r.handlers, 0);

const text = `# arm64-emu: instructions

Made from the tables by \`packages/arm64-emu/scripts/instructions.ts\`. ${rows.length} definitions, about ${handlers} handlers.
Every other encoding is UNDEFINED, as is every definition whose feature a CPU model lacks.

Beside base A64, floating point and Advanced SIMD: ${features.map(f => `FEAT_${f}`).join(', ')}.

| Definition | Features | Handlers |
|---|---|---|
${rows.map(r => `| ${r.name} | ${r.features.join(', ')} | ${r.handlers} |`).join('\n')}

## Floating point

Results and the cumulative bits of FPSR are those of the architecture, bit for bit, in every mode of FPCR (RMode, FZ, FZ16,
DN, AHP). With FPCR 0 an operation is done in the host's arithmetic when its operands and result show that nothing else
can come out: results that are finite and not tiny, no NaN, and, where the result may have been rounded, FPSR.IXC set
already. Otherwise the exact routines in \`src/fp\` do it; they first try the host with error-free transformations, which
tell whether a result was rounded, then integer arithmetic. Fused multiply-add is made of separate operations that way,
with rounding to odd. FPSR.IXC is exact because the fast form is only taken when the bit is set.

## Random tests

\`npm run -s fuzz:isa -- --tests N [--seed S] [--engine interpreter|compiled|reference] [--words] [--streams] [--only REGEX]\`
draws instructions from the same table, one in twenty with a bit flipped, with operands biased to corner cases and FPCR's
RMode, FZ, FZ16, DN and AHP in two tests of five, and compares X, SP, V, NZCV, FPCR, FPSR, PC, memory and faults with
qemu-aarch64-static. \`--words\` draws all 2^32 words alike, to see that both decode the same ones; \`--streams\` runs up to
28 instructions in a row through the fast loop. The work is cut into chunks with seeds of their own and shared out over
the host's CPUs: what is tested does not depend on how many there are. A test that ends QEMU is reported by its word.
FPCR.AH, FIZ and NEP belong to FEAT_AFP, which neither side has.

20 million tests of seed 101 ended with \`20000000 tests, 0 differences\`.

A broken instruction shows at once. With the sum of SRHADD in place of the difference, 20,000 tests end with:

\`\`\`
SHADD, UHADD, SRHADD, URHADD, SHSUB, UHSUB: 22
    0e2d144e srhadd v14.8b, v2.8b, v13.8b: v14.d[0] 0x8267844d37156a6e, QEMU 0x2ccd2cc51307e4d0 (fpcr 1080000 fpsr 92)
20000 tests, 22 differences
\`\`\`

QEMU runs as \`-cpu max,sve=off,sme=off\`: SVE and SME are not in this table, and UNDEFINED on both sides. QEMU 7.2 does not
look at the alignment of SP, so that the tests run with SCTLR_EL1.SA0 clear; the check has values of its own, from the Arm
ARM. Memory copies and sets (FEAT_MOPS), which QEMU 7.2 lacks, have theirs too: option A, one block of 16 bytes (copies)
or 64 (sets) at a time, after each of which the instruction can be interrupted, is counted, and may be stepped. Not compared:

${[...EXCLUSIONS, ...OUTCOME_EXCLUSIONS].map(e => `- ${e.reason}`).join('\n')}
`;
writeFileSync(new URL('../../../docs/guide/arm64-emu-instructions.md', import.meta.url), text);
