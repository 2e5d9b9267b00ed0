import { readBytes } from '../source.js';
import type { MachO } from './macho.js';
import { LebCursor, pushUleb } from './uleb128.js';

/** Addresses out of LC_FUNCTION_STARTS' data: deltas, the first from `base`, ended by 0 or by the data's end. */
export function parseFunctionStarts(data: Uint8Array, base: bigint, offset = 0): bigint[] {
  const out: bigint[] = [];
  const cursor = new LebCursor(data, 0, offset, 'LC_FUNCTION_STARTS');
  let address = base;
  while (!cursor.done) {
    const delta = cursor.uleb64();
    if (delta === 0n) break;
    address = BigInt.asUintN(64, address + delta);
    out.push(address);
  }
  return out;
}

/** Addresses of an image's functions, ascending. Some linkers leave the end mark out. */
export function functionStarts(macho: MachO): bigint[] {
  const fields = macho.command('LC_FUNCTION_STARTS')?.fields;
  if (fields === undefined) return [];
  const text = macho.segment('__TEXT')?.vmaddr ?? macho.baseAddress;
  return parseFunctionStarts(
    readBytes(macho.source, fields.dataoff, fields.datasize, 'LC_FUNCTION_STARTS'),
    text,
    fields.dataoff,
  );
}

/** Data of LC_FUNCTION_STARTS, padded to 8 bytes. */
export function encodeFunctionStarts(addresses: readonly bigint[], base: bigint): Uint8Array {
  const out: number[] = [];
  let last = base;
  for (const address of [...addresses].sort((a, b) => (a < b ? -1 : 1))) {
    if (address === last) continue;
    pushUleb(out, address - last);
    last = address;
  }
  out.push(0);
  while (out.length % 8 !== 0) out.push(0);
  return Uint8Array.from(out);
}
