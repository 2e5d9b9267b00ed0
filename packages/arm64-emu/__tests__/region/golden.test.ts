// The text of compiled regions. A change of the compiler shows up here: look at it, then `npm run golden`.
import { expect, it } from 'vitest';
import openWabt from 'wabt';
import { instructionSet } from '../../src/a64/index.js';
import { Decoder, disassemble } from '../../src/a64/spec/index.js';
import { sysKey } from '../../src/cpu/sysreg-key.js';
import { sysregAddress } from '../../src/engine/state.js';
import { translate } from '../../src/region/group.js';
import { SEQUENCES } from './sequences.js';

const TPIDR_EL0 = sysKey(3, 3, 13, 0, 2);
const env = {
  sysreg: (key: number) => (key === TPIDR_EL0 ? { minEl: 0, address: sysregAddress(0) } : { minEl: 0 }),
  sysregName: () => undefined,
};
const decoder = new Decoder(undefined, env, instructionSet());
const AT = 0x4000_0000;
/** Any place will do; the engine's own depends on its tables. */
const RECORDS = 0x100_0000;

function regions(words: readonly number[]): Uint8Array<ArrayBuffer> {
  const code = {
    pageOf: () => ({ page: 0, start: RECORDS }),
    decode: (_start: number, index: number) => (index < words.length ? decoder.decode(words[index]!) : undefined),
    fetched: () => -1,
    hasRuns: () => false,
  };
  const heat = { isWarm: () => true, isRare: () => false, regionAt: () => undefined };
  const pieces = translate([{ ip: RECORDS, lo: AT, hi: 0 }], code, heat);
  let piece = pieces.next();
  while (piece.done !== true) piece = pieces.next();
  if (piece.value.made === undefined) throw new Error('nothing was compiled');
  return piece.value.made.bytes;
}

/** The functions, without the module's types, imports and exports. */
function functionsOf(text: string): string {
  const functions = text.split(/\n {2}(?=\(func )/).slice(1);
  return functions.join('\n  ').replace(/\n {2}\((?:export|type|import|memory)[\s\S]*$/, '\n');
}

it.each(SEQUENCES)('%s', async (name, words) => {
  const wabt = await openWabt();
  const bytes = regions(words);
  expect(WebAssembly.validate(bytes)).toBe(true);
  const module = wabt.readWasm(bytes, { readDebugNames: false });
  const text = module.toText({ foldExprs: false, inlineExport: false });
  module.destroy();
  const listing = words.map((word, i) => `;; ${disassemble(decoder, word, BigInt(AT + i * 4))}`);
  const file = `golden/${name.replaceAll(/\W+/g, '-')}.wat`;
  await expect(`${listing.join('\n')}\n${functionsOf(text)}`).toMatchFileSnapshot(file);
});
