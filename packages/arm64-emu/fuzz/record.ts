/**
 * Records what QEMU does with the tests of `recorded.ts`, for `__tests__/a64/recorded.test.ts`.
 *
 *   npx tsx packages/arm64-emu/fuzz/record.ts
 */
import { writeFileSync } from 'node:fs';
import '../src/a64/index.js';
import { Decoder } from '../src/a64/spec/index.js';
import { expected, fingerprint } from './compare.js';
import { OUTCOME_EXCLUSIONS } from './exclusions.js';
import { Oracle } from './oracle.js';
import * as p from './protocol.js';
import { recordedBatch, recordedNames } from './recorded.js';
import { Subject } from './subject.js';

const oracle = new Oracle('qemu-aarch64-static');
const decoder = new Decoder(undefined);
const subject = new Subject();
const lines: string[] = [];
for (const name of recordedNames()) {
  const batch = recordedBatch(decoder, name);
  const answer = await oracle.run(batch);
  const view = new DataView(answer.buffer, answer.byteOffset, answer.length);
  const addresses = subject.load(batch.view, batch.count);
  const hashes = addresses.map((pc, i) => {
    const at = i * p.RESULT_BYTES;
    const state = answer.subarray(at + p.RESULT_STATE, at + p.RESULT_BYTES);
    const outcome = expected(view, at, pc);
    // What is left UNKNOWN is not recorded.
    if (OUTCOME_EXCLUSIONS.some(e => e.matches(name, outcome, outcome))) return '-';
    return fingerprint(outcome, state).toString(16);
  });
  lines.push(`  ${JSON.stringify(name)}: ${JSON.stringify(hashes.join(' '))}`);
}
oracle.close();
writeFileSync(new URL('../__tests__/a64/recorded.json', import.meta.url), `{\n${lines.join(',\n')}\n}\n`);
console.log(`${lines.length} definitions`);
