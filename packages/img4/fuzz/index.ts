// Fuzzes every parser and decompressor: npx tsx packages/img4/fuzz/index.ts [--inputs N] [--seed N]
// Prints what was run; exits 1 and prints the inputs in hexadecimal when a promise was broken.
import { parseArgs } from 'node:util';
import { toHex } from '../src/bytes.js';
import { acceleration } from '../src/compression/wasm.js';
import { fuzz } from './run.js';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    script: { type: 'boolean', default: false },
  },
});
acceleration.enabled = !values.script;
const start = performance.now();
const result = await fuzz({ inputs: Number(values.inputs), seed: Number(values.seed), coverage: true });
const seconds = (performance.now() - start) / 1000;
const { findings, ...facts } = result;
console.log(JSON.stringify({ seed: values.seed, seconds: Math.round(seconds), ...facts }, null, 2));
for (const { target, what, input } of findings) console.log(`${target}: ${what}\n  ${toHex(input)}`);
process.exitCode = findings.length === 0 ? 0 : 1;
