/** Tests whose results under QEMU are recorded: a few of every definition, from a seed of its own. */
import { type Decoder, definitions } from '../src/a64/spec/index.js';
import { type Batch, Cases } from './cases.js';
import { EXCLUSIONS } from './exclusions.js';
import { Random } from './random.js';

export const TESTS_PER_DEFINITION = 12;

/** Names of the definitions that have tests: those that are not excluded as a whole. */
export function recordedNames(): string[] {
  const excluded = (name: string): boolean => EXCLUSIONS.some(e => e.matches(0xffffffff, name));
  return definitions()
    .map(i => i.name)
    .filter(name => !excluded(name));
}
/** The tests of one definition; the same every time. */
export function recordedBatch(decoder: Decoder, name: string): Batch {
  let seed = 0;
  for (let i = 0; i < name.length; i++) seed = (Math.imul(seed, 31) + name.charCodeAt(i)) >>> 0;
  return new Cases(decoder, new Random(seed), n => n === name).batch(TESTS_PER_DEFINITION);
}
