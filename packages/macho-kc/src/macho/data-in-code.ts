import { readBytes, viewOf } from '../source.js';
import type { MachO } from './macho.js';

/** Names of data_in_code_entry.kind. */
export const DATA_IN_CODE_KINDS: Readonly<Record<number, string>> = {
  1: 'data',
  2: 'jump-table8',
  3: 'jump-table16',
  4: 'jump-table32',
  5: 'absolute-jump-table32',
};

/** A range of data among instructions. */
export interface DataInCode {
  /** Offset from the Mach header, bytes. */
  readonly offset: number;
  readonly length: number;
  readonly kind: number;
}

/** Entries of LC_DATA_IN_CODE. */
export function dataInCode(macho: MachO): DataInCode[] {
  const fields = macho.command('LC_DATA_IN_CODE')?.fields;
  if (fields === undefined) return [];
  const view = viewOf(readBytes(macho.source, fields.dataoff, fields.datasize, 'LC_DATA_IN_CODE'));
  return Array.from({ length: Math.floor(fields.datasize / 8) }, (_, i) => ({
    offset: view.getUint32(i * 8, true),
    length: view.getUint16(i * 8 + 4, true),
    kind: view.getUint16(i * 8 + 6, true),
  }));
}

/** Data of LC_DATA_IN_CODE. */
export function encodeDataInCode(entries: readonly DataInCode[]): Uint8Array {
  const out = new Uint8Array(entries.length * 8);
  const view = viewOf(out);
  entries.forEach(({ offset, length, kind }, i) => {
    view.setUint32(i * 8, offset, true);
    view.setUint16(i * 8 + 4, length, true);
    view.setUint16(i * 8 + 6, kind, true);
  });
  return out;
}
