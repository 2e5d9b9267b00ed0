import { MAX_CELLS, ranges, reg } from './cells.js';
import { functionCall } from './function.js';
import { recordTypes } from './records.js';
import { flag, hex, list, MAX_TEXT, one, type ScalarName, scalar, string, strings, text } from './scalars.js';
import type { AnyType } from './value-type.js';

const fixed = new Map<string, AnyType>();
for (const type of [flag, hex, string, strings, functionCall, ...recordTypes] as AnyType[]) fixed.set(type.id, type);
for (const name of Object.keys(scalar) as ScalarName[]) {
  fixed.set(name, one(name));
  fixed.set(`${name}[]`, list(name));
}

/** The type of that id, such as `u32[]`, `text<32>` or `reg<2,2>`; undefined when there is none. */
export function typeById(id: string): AnyType | undefined {
  const known = fixed.get(id);
  if (known !== undefined) return known;
  const match = /^(text|reg|ranges)<(\d{1,10}(?:,\d{1,10})*)>$/.exec(id);
  if (match === null) return undefined;
  const numbers = match[2]!.split(',').map(Number);
  if (match[1] === 'text') return numbers.length === 1 && numbers[0]! <= MAX_TEXT ? text(numbers[0]!) : undefined;
  if (numbers.some(number => number > MAX_CELLS)) return undefined;
  if (match[1] === 'reg') return numbers.length === 2 ? reg(numbers[0]!, numbers[1]!) : undefined;
  return numbers.length === 3 ? ranges(numbers[0]!, numbers[1]!, numbers[2]!) : undefined;
}

/** Ids of the types that have no parameters, for help texts. */
export const typeIds = (): string[] => [...fixed.keys(), 'text<N>', 'reg<A,S>', 'ranges<B,P,S>'];
