import type { Cpu } from '../cpu/cpu.js';
import type { Bus } from '../devices/bus.js';
import type { Log } from '../devices/device.js';
import type { Engine } from '../engine/engine.js';
import { Hooks } from '../hooks/hooks.js';
import type { Machine } from '../machine/machine.js';
import { ATTACH, hex, rangeOf, type Sink, type TraceItem } from './items.js';

/** Options of {@link Trace}. */
export interface TraceOptions {
  readonly items: readonly TraceItem[];
  /** Receives each line, without its end. */
  readonly write: (line: string) => void;
  /** `text` by default; `json` writes an object a line: `trace` is the item, numbers that may be large are text. */
  readonly format?: 'text' | 'json';
  /** Instructions, blocks and accesses of instructions from here up to there only. */
  readonly range?: readonly [from: bigint, to: bigint];
  /** Accesses of the item `memory` to virtual addresses from here up to there only. */
  readonly data?: readonly [from: bigint, to: bigint];
  /** This CPU only. */
  readonly cpu?: number;
  /** Lines at most. */
  readonly limit?: number;
  /** Name of an address, as `start_kernel+0x10`. */
  readonly symbol?: ((address: bigint) => string | undefined) | undefined;
}

const UNIMPLEMENTED = /unknown|unimplemented|not modelled/i;

/**
 * Writes what a machine does. What is not asked for costs nothing; the items that look at each instruction or access make
 * execution many times slower. The run itself is the same.
 *
 * @example
 * const trace = new Trace({ items: ['int', 'unimp'], write: console.error });
 * const virt = createVirt({ log: trace.log });
 * const stop = trace.attach(virt);
 */
export class Trace {
  private readonly wanted: ReadonlySet<TraceItem>;
  private lines = 0;

  constructor(private readonly options: TraceOptions) {
    this.wanted = new Set(options.items);
  }

  /** To be given to the machine as its `log`: what comes this way is `unimp` or `guest_errors`. */
  readonly log: Log = message => {
    const item = UNIMPLEMENTED.test(message) ? 'unimp' : 'guest_errors';
    this.emit(item, message, { message });
  };

  /** Watches a machine until the result is called. */
  attach(target: { readonly machine: Machine; readonly engine: Engine }): () => void {
    const { range, data, cpu: only } = this.options;
    const sink: Sink = {
      hooks: Hooks.of(target),
      range: rangeOf(range),
      data: rangeOf(data),
      named: address => this.named(address),
      wants: (cpu: Cpu) => only === undefined || cpu.index === only,
      emit: (item, text, fields) => this.emit(item, text, fields),
    };
    const ends = [...this.wanted].map(item => ATTACH[item]?.(sink) ?? (() => {}));
    if (this.wanted.has('device')) ends.push(this.devices(target.machine, sink));
    return () => {
      for (const end of ends) end();
    };
  }

  private devices(machine: Machine, { wants, range }: Sink): () => void {
    const { bus }: { readonly bus: Bus } = machine;
    bus.onDevice = ({ region, offset, size, value, write }) => {
      const cpu = machine.current;
      const { pc } = cpu;
      if (!wants(cpu) || pc < range.from || pc >= range.to) return;
      const access = write ? 'write' : 'read';
      const text = `${access} of ${size} bytes at ${region.name}+${hex(offset)}, ${hex(value)}; at ${hex(pc)}${this.named(pc)}`;
      this.emit('device', text, { cpu: cpu.index, access, device: region.name, offset, size, value, pc: hex(pc) });
    };
    return () => {
      bus.onDevice = undefined;
    };
  }

  private named(address: bigint): string {
    const name = this.options.symbol?.(address);
    return name === undefined ? '' : ` <${name}>`;
  }
  private emit(item: TraceItem, text: string, fields: Readonly<Record<string, unknown>>): void {
    const { format = 'text', write, limit = Number.POSITIVE_INFINITY } = this.options;
    if (!this.wanted.has(item) || this.lines >= limit) return;
    this.lines++;
    write(format === 'json' ? JSON.stringify({ trace: item, ...fields }) : `${item}: ${text}`);
  }
}
