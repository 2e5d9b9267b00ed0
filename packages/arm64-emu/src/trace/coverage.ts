import type { Engine } from '../engine/engine.js';
import type { Machine } from '../machine/machine.js';
import { observeInstructions } from './instructions.js';

/** A range of virtual addresses with a name, such as a kernel. */
export interface CoverageModule {
  readonly name: string;
  readonly base: bigint;
  readonly size: number;
}

/** A straight run of instructions that was executed. */
export interface CoveredBlock {
  readonly start: bigint;
  /** Bytes. */
  readonly size: number;
}

const INSTRUCTION = 4n;
/** What a drcov entry can say. */
const MAX_BLOCK = 0xfffc;

/**
 * Collects which blocks of code a machine executes, for Lighthouse and other readers of drcov files. Addresses that belong
 * to no module are left out.
 *
 * @example
 * const coverage = new Coverage(virt, [{ name: 'Image', base: 0xffff800008000000n, size: image.length }]);
 * await virt.machine.run({ instructions: 1e6 });
 * coverage.stop();
 * writeFileSync('boot.drcov', coverage.drcov());
 */
export class Coverage {
  /** Bytes of the longest run from each start. */
  private readonly found = new Map<bigint, number>();
  /** Where the block of each CPU began, and the instruction expected next. */
  private readonly open: { start: bigint; next: bigint }[] = [];
  private readonly unsubscribe: () => void;

  constructor(
    target: { readonly machine: Machine; readonly engine: Engine },
    private readonly modules: readonly CoverageModule[],
  ) {
    this.unsubscribe = observeInstructions(target.engine, pc => this.executed(target.machine.current.index, pc));
  }

  /** Collects no more. */
  stop(): void {
    this.unsubscribe();
    this.open.forEach((_, cpu) => {
      this.close(cpu);
    });
    this.open.length = 0;
  }

  /** The blocks so far, by address. */
  get blocks(): readonly CoveredBlock[] {
    this.open.forEach((_, cpu) => {
      this.close(cpu);
    });
    return [...this.found].map(([start, size]) => ({ start, size })).sort((a, b) => (a.start < b.start ? -1 : 1));
  }

  /** A drcov file, version 2. */
  drcov(): Uint8Array {
    const { modules, blocks } = this;
    const hex = (v: bigint): string => `0x${v.toString(16)}`;
    const rows = modules.map(
      ({ name, base, size }, id) => `${id}, ${hex(base)}, ${hex(base + BigInt(size))}, 0x0, 0x0, 0x0, ${name}\n`,
    );
    const entries = blocks.flatMap(({ start, size }) => {
      const id = modules.findIndex(m => start >= m.base && start < m.base + BigInt(m.size));
      return id < 0 ? [] : [{ offset: Number(start - modules[id]!.base), size, id }];
    });
    const head = new TextEncoder().encode(
      `DRCOV VERSION: 2\nDRCOV FLAVOR: drcov\nModule Table: version 2, count ${modules.length}\n` +
        `Columns: id, base, end, entry, checksum, timestamp, path\n${rows.join('')}BB Table: ${entries.length} bbs\n`,
    );
    const out = new Uint8Array(head.length + 8 * entries.length);
    out.set(head);
    const view = new DataView(out.buffer, head.length);
    entries.forEach(({ offset, size, id }, i) => {
      view.setUint32(8 * i, offset, true);
      view.setUint16(8 * i + 4, size, true);
      view.setUint16(8 * i + 6, id, true);
    });
    return out;
  }

  private executed(cpu: number, pc: bigint): void {
    const block = this.open[cpu];
    if (block !== undefined && block.next === pc && pc - block.start < MAX_BLOCK) block.next = pc + INSTRUCTION;
    else {
      this.close(cpu);
      this.open[cpu] = { start: pc, next: pc + INSTRUCTION };
    }
  }
  private close(cpu: number): void {
    const block = this.open[cpu];
    if (block === undefined) return;
    const size = Number(block.next - block.start);
    if (size > (this.found.get(block.start) ?? 0)) this.found.set(block.start, size);
  }
}
