import type { Cpu } from '../cpu/cpu.js';
import { EC } from '../cpu/esr.js';
import type { ExceptionEvent } from '../cpu/exceptions.js';
import { GuestMemory } from '../embed/guest-memory.js';
import type { Engine } from '../engine/engine.js';
import { endsBlock } from '../hooks/code.js';
import { Hooks } from '../hooks/hooks.js';
import { EVERYWHERE } from '../hooks/range.js';
import type { Unhook } from '../hooks/types.js';
import type { Machine } from '../machine/machine.js';

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

const INSTRUCTION = 4;
/** What a drcov entry can say. */
const MAX_BLOCK = 0xfffc;
/** Exceptions of which the instruction at the return address has not been executed, or was executed already. */
const NOT_EXECUTED: readonly number[] = [EC.instructionAbort, EC.instructionAbortLower, EC.svc, EC.hvc, EC.smc];

/** A block that a CPU is in. */
interface OpenBlock {
  readonly start: bigint;
  /** Bytes up to its end, unless an exception comes before. */
  readonly size: number;
}

/**
 * Collects which blocks of code a machine executes, for Lighthouse and other readers of drcov files: from where a branch,
 * an exception or a return led, to the next one, or as far as an exception let it come. Addresses that belong to no module
 * are left out.
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
  private readonly open: (OpenBlock | undefined)[] = [];
  /** Bytes up to the end of each block, by its start. */
  private readonly sizes = new Map<bigint, number>();
  private readonly memory: GuestMemory;
  private readonly machine: Machine;
  private readonly unhook: readonly Unhook[];

  constructor(
    target: { readonly machine: Machine; readonly engine: Engine },
    private readonly modules: readonly CoverageModule[],
  ) {
    this.machine = target.machine;
    this.memory = new GuestMemory(target);
    const hooks = Hooks.of(target);
    this.unhook = [
      hooks.block(EVERYWHERE, (cpu, start) => this.begin(cpu, start)),
      hooks.taken((cpu, event) => this.interrupted(cpu, event)),
    ];
  }

  /** Collects no more. */
  stop(): void {
    for (const remove of this.unhook) remove();
    this.closeAll();
  }

  /** The blocks so far, by address. */
  get blocks(): readonly CoveredBlock[] {
    this.closeAll();
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

  private begin(cpu: Cpu, start: bigint): void {
    const before = this.open[cpu.index];
    if (before !== undefined) this.add(before.start, before.size);
    const covered = this.modules.some(({ base, size }) => start >= base && start < base + BigInt(size));
    this.open[cpu.index] = covered ? { start, size: this.sizeOf(cpu, start) } : undefined;
  }
  private interrupted(cpu: Cpu, { kind, ec, returnTo }: ExceptionEvent): void {
    const block = this.open[cpu.index];
    if (block === undefined) return;
    this.open[cpu.index] = undefined;
    const tried = kind === 'synchronous' && !NOT_EXECUTED.includes(ec) ? INSTRUCTION : 0;
    this.add(block.start, Math.min(block.size, Number(returnTo - block.start) + tried));
  }
  /** Notes how far blocks have come that are not complete. */
  private closeAll(): void {
    for (const { index } of this.machine.cpus) {
      const block = this.open[index];
      const pc = this.machine.within(index, cpu => cpu.pc);
      if (block !== undefined) this.add(block.start, Math.min(block.size, Math.max(0, Number(pc - block.start))));
    }
  }
  private add(start: bigint, size: number): void {
    if (size > (this.found.get(start) ?? 0)) this.found.set(start, size);
  }

  /** Bytes from `start` up to and with the instruction that ends the block. */
  private sizeOf(cpu: Cpu, start: bigint): number {
    const known = this.sizes.get(start);
    if (known !== undefined) return known;
    let size = 0;
    while (size < MAX_BLOCK) {
      const word = this.wordAt(cpu, start + BigInt(size));
      size += INSTRUCTION;
      if (word === undefined || endsBlock(word)) break;
    }
    this.sizes.set(start, size);
    return size;
  }
  private wordAt(cpu: Cpu, address: bigint): number | undefined {
    try {
      return new DataView(this.memory.read(cpu, address, INSTRUCTION).buffer).getUint32(0, true);
    } catch {
      return undefined;
    }
  }
}
