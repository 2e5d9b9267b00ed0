import { viewOf } from '../bytes.js';
import { fail } from '../error.js';
import { wholeNumber } from './scalars.js';
import type { ValueType } from './value-type.js';

/** One `reg` entry: address on the parent's bus and size, in bytes. */
export type RegEntry = {
  readonly address: bigint;
  readonly size: bigint;
};

/** One `ranges` entry: where the node's own bus appears on its parent's, and how much of it, in bytes. */
export type RangeEntry = {
  readonly bus: bigint;
  readonly parent: bigint;
  readonly size: bigint;
};

/**
 * Cells hold numbers of 32 bits each, least significant first, so two cells are a u64. Three cells are a PCI address: the
 * first cell's flags on top of the u64 in the other two.
 */
function getCells(view: DataView, at: number, cells: number): bigint {
  if (cells === 0) return 0n;
  if (cells === 1) return BigInt(view.getUint32(at, true));
  if (cells === 2) return view.getBigUint64(at, true);
  return (BigInt(view.getUint32(at, true)) << 64n) | view.getBigUint64(at + 4, true);
}

function putCells(view: DataView, at: number, cells: number, value: unknown): void {
  const number = wholeNumber(value);
  if (number < 0n || number >> BigInt(32 * cells) !== 0n)
    throw fail('out-of-range', `${number} does not fit in ${cells} cells`);
  if (cells === 1) view.setUint32(at, Number(number), true);
  else if (cells === 2) view.setBigUint64(at, number, true);
  else if (cells === 3) {
    view.setUint32(at, Number(number >> 64n), true);
    view.setBigUint64(at + 4, number & 0xffffffffffffffffn, true);
  }
}

/** Most cells that a number may have here. */
export const MAX_CELLS = 3;

function tuples<T>(
  id: string,
  names: readonly (keyof T & string)[],
  cells: readonly number[],
): ValueType<readonly T[]> {
  const size = cells.reduce((sum, count) => sum + count * 4, 0);
  return {
    id: `${id}<${cells.join(',')}>`,
    decode(bytes) {
      if (size === 0 || bytes.length === 0 || bytes.length % size !== 0) return undefined;
      const view = viewOf(bytes);
      const values: T[] = [];
      for (let at = 0; at < bytes.length; ) {
        const value: Record<string, bigint> = {};
        names.forEach((name, i) => {
          value[name] = getCells(view, at, cells[i]!);
          at += cells[i]! * 4;
        });
        values.push(value as T);
      }
      return values;
    },
    encode(values) {
      if (!Array.isArray(values)) throw fail('bad-value', `this is a list of {${names.join(', ')}}`);
      const bytes = new Uint8Array(values.length * size);
      const view = viewOf(bytes);
      let at = 0;
      for (const value of values as Record<string, unknown>[])
        names.forEach((name, i) => {
          putCells(view, at, cells[i]!, value?.[name] ?? (cells[i] === 0 ? 0n : undefined));
          at += cells[i]! * 4;
        });
      return bytes;
    },
  };
}

const cached = new Map<string, ValueType<readonly RegEntry[]> | ValueType<readonly RangeEntry[]>>();
const once = <T extends ValueType<readonly RegEntry[]> | ValueType<readonly RangeEntry[]>>(
  key: string,
  make: () => T,
): T => {
  let type = cached.get(key) as T | undefined;
  if (type === undefined) cached.set(key, (type = make()));
  return type;
};

/** `reg` with the parent's `#address-cells` and `#size-cells`, each at most {@link MAX_CELLS}. */
export const reg = (address: number, size: number): ValueType<readonly RegEntry[]> =>
  once(`reg<${address},${size}>`, () => tuples<RegEntry>('reg', ['address', 'size'], [address, size]));

/** `ranges` with the node's own address cells, the parent's address cells and the node's own size cells. */
export const ranges = (own: number, parent: number, size: number): ValueType<readonly RangeEntry[]> =>
  once(`ranges<${own},${parent},${size}>`, () =>
    tuples<RangeEntry>('ranges', ['bus', 'parent', 'size'], [own, parent, size]),
  );
