import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../fuzz/compare.js';
import * as p from '../../fuzz/protocol.js';
import { recordedBatch, recordedNames } from '../../fuzz/recorded.js';
import { Subject } from '../../fuzz/subject.js';
import { Decoder, disassemble } from '../../src/a64/spec/index.js';

/** Hashes of the states that QEMU left behind, by definition; made by `fuzz/record.ts`. */
const RECORDED = JSON.parse(readFileSync(new URL('./recorded.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;

describe('execution', () => {
  it.each(['interpreter', 'reference'] as const)('%s: does with a few of every definition what QEMU did', engine => {
    const decoder = new Decoder(undefined);
    const subject = new Subject(engine);
    const state = new Uint8Array(p.STATE_BYTES);
    const wrong: string[] = [];
    for (const name of recordedNames()) {
      const hashes = RECORDED[name]?.split(' ') ?? [];
      const batch = recordedBatch(decoder, name);
      const addresses = subject.load(batch.view, batch.count);
      addresses.forEach((pc, i) => {
        const request = i * p.REQUEST_BYTES;
        const kind = batch.view.getUint32(request, true);
        const outcome = subject.run(batch.bytes, request + 16, pc, kind, kind & p.Kind.PREFIX ? 2 : 1);
        subject.read(state);
        const word = batch.view.getUint32(request + 4, true);
        if (hashes[i] !== '-' && fingerprint(outcome, state).toString(16) !== hashes[i])
          wrong.push(`${name}: ${word.toString(16)} ${disassemble(decoder, word, BigInt(pc))}`);
      });
    }
    expect(wrong).toEqual([]);
    expect(recordedNames().length).toBeGreaterThan(180);
  });
});
