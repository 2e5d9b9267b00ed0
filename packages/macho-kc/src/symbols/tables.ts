import type { KernelCollection } from '../collection/collection.js';
import { viewOf } from '../source.js';
import type { AddressIndex } from './address-index.js';

/** A routine of a table: number, where it is and what it is called. */
export interface TableEntry {
  readonly number: number;
  readonly target: bigint;
  readonly name: string | undefined;
  /** Arguments: BSD system calls and Mach traps. */
  readonly argumentCount: number | undefined;
}

/** A system-call or message table. */
export interface RoutineTable {
  readonly kind: 'syscalls' | 'mach-traps' | 'mig';
  /** Symbol that the table stands at. */
  readonly symbol: string;
  readonly address: bigint;
  readonly entries: readonly TableEntry[];
}

/** Longest table that is read. */
const MOST = 1024;

class TableReader {
  constructor(
    private readonly collection: KernelCollection,
    private readonly index: AddressIndex,
  ) {}

  pointer(at: bigint): bigint | undefined {
    const fixup = this.collection.pointers.at(at);
    return fixup?.target;
  }

  u32(at: bigint): number {
    const offset = this.collection.macho.fileOffset(at);
    const { source } = this.collection.macho;
    return offset === undefined || offset + 4 > source.byteLength
      ? 0
      : viewOf(source.slice(offset, offset + 4)).getUint32(0, true);
  }

  /** Whether a pointer leads to code. */
  private isCode(target: bigint | undefined): target is bigint {
    return target !== undefined && ((this.collection.macho.segmentAt(target)?.initprot ?? 0) & 4) !== 0;
  }

  /**
   * The stride for which the most entries in a row have a routine at `at`, and a number (no pointer) at `plain`.
   * @param plain offset in an entry of that size
   */
  stride(table: bigint, at: bigint, candidates: readonly bigint[], plain: (stride: bigint) => bigint): bigint {
    const run = (stride: bigint) => {
      let n = 0;
      for (; n < MOST; n++) {
        const entry = table + BigInt(n) * stride;
        if (!this.isCode(this.pointer(entry + at)) || this.pointer(entry + plain(stride)) !== undefined) break;
      }
      return n;
    };
    return candidates.reduce((best, c) => (run(c) > run(best) ? c : best));
  }

  entries(table: bigint, at: bigint, stride: bigint, argumentsAt: (entry: bigint) => number | undefined): TableEntry[] {
    const out: TableEntry[] = [];
    for (let i = 0; i < MOST; i++) {
      const entry = table + BigInt(i) * stride;
      const target = this.pointer(entry + at);
      if (!this.isCode(target)) break;
      out.push({ number: i, target, name: this.index.at(target)[0]?.name, argumentCount: argumentsAt(entry) });
    }
    return out;
  }

  /** mig_subsystem: server routine, first and last message number, greatest reply, then the routines. */
  mig(at: bigint): TableEntry[] {
    const [start, end] = [this.u32(at + 8n), this.u32(at + 12n)];
    if (!this.isCode(this.pointer(at)) || end <= start || end - start > MOST) return [];
    // With or without the array of argument descriptors that user-level tables have.
    const stride = this.stride(at + 32n, 8n, [40n, 24n, 32n], () => 16n);
    const out: TableEntry[] = [];
    for (let i = 0; i < end - start; i++) {
      // Numbers that are no longer used have no routine.
      const target = this.pointer(at + 32n + BigInt(i) * stride + 8n);
      if (this.isCode(target))
        out.push({ number: start + i, target, name: this.index.at(target)[0]?.name, argumentCount: undefined });
    }
    return out;
  }
}

/**
 * System calls (`_sysent`), Mach traps (`_mach_trap_table`) and MIG subsystems (`_..._subsystem`) of a kernel with
 * symbols. Empty where the kernel has none of these symbols.
 */
export function routineTables(collection: KernelCollection, index: AddressIndex): RoutineTable[] {
  const reader = new TableReader(collection, index);
  const out: RoutineTable[] = [];
  const add = (kind: RoutineTable['kind'], symbol: string, address: bigint, entries: TableEntry[]) => {
    if (entries.length > 0) out.push({ kind, symbol, address, entries });
  };
  for (const { name, value } of index) {
    if (name === '_sysent') {
      // struct sysent: routine, on some a second one for 32-bit arguments, return type, argument count, argument bytes.
      const stride = reader.stride(value, 0n, [24n, 16n], size => size - 8n);
      add(
        'syscalls',
        name,
        value,
        reader.entries(value, 0n, stride, entry => reader.u32(entry + stride - 4n) & 0xffff),
      );
    } else if (name === '_mach_trap_table') {
      const stride = reader.stride(value, 8n, [32n, 24n, 16n], () => 0n);
      add(
        'mach-traps',
        name,
        value,
        reader.entries(value, 8n, stride, entry => reader.u32(entry) & 0xff),
      );
    } else if (/_subsystem$/.test(name)) add('mig', name, value, reader.mig(value));
  }
  return out.sort((a, b) => (a.address < b.address ? -1 : 1));
}
