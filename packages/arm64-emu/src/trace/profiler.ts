import type { Engine } from '../engine/engine.js';
import type { Machine } from '../machine/machine.js';
import { callStack } from './call-stack.js';

/** Options of {@link Profiler}. */
export interface ProfilerOptions {
  /** Instructions between samples, 100,000 by default; a prime number keeps off the guest's own rhythms. */
  readonly every?: number;
  /** Name of an address, as `start_kernel+0x10`; what follows a `+` is left out. Addresses stand for themselves without. */
  readonly symbol?: ((address: bigint) => string | undefined) | undefined;
  /** Frames of a stack at most; 64 by default. */
  readonly depth?: number;
  readonly name?: string;
}

/** A file of speedscope (https://www.speedscope.app/file-format-schema.json). */
export interface SpeedscopeFile {
  readonly $schema: 'https://www.speedscope.app/file-format-schema.json';
  readonly name: string;
  readonly exporter: string;
  readonly activeProfileIndex: number;
  readonly shared: { readonly frames: readonly { readonly name: string }[] };
  readonly profiles: readonly SpeedscopeProfile[];
}
/** The samples of one CPU: each a stack, outermost first, as numbers of frames; weights are instructions. */
export interface SpeedscopeProfile {
  readonly type: 'sampled';
  readonly name: string;
  readonly unit: 'none';
  readonly startValue: number;
  readonly endValue: number;
  readonly samples: readonly (readonly number[])[];
  readonly weights: readonly number[];
}

const DEFAULT_EVERY = 100_003;

/** Samples of one CPU. */
interface Samples {
  readonly stacks: number[][];
  readonly weights: number[];
  total: number;
}

/**
 * Looks every so many instructions at what the machine does, with the functions that called it by frame pointers, for
 * speedscope. Samples are taken at exact counts, between two instructions: the run is the run without, and so is each
 * profile of it.
 *
 * @example
 * const profiler = new Profiler(virt, { symbol });
 * await virt.machine.run({ instructions: 1e9 });
 * profiler.stop();
 * writeFileSync('boot.speedscope.json', JSON.stringify(profiler.speedscope()));
 */
export class Profiler {
  private readonly frames = new Map<string, number>();
  private readonly cpus: readonly Samples[];
  private readonly end: () => void;
  private last: number;

  constructor(
    private readonly target: { readonly machine: Machine; readonly engine: Engine },
    private readonly options: ProfilerOptions = {},
  ) {
    const { machine } = target;
    this.cpus = machine.cpus.map(() => ({ stacks: [], weights: [], total: 0 }));
    this.last = machine.executed;
    this.end = machine.sample(options.every ?? DEFAULT_EVERY, () => this.take());
  }

  /** Takes no more samples. */
  stop(): void {
    this.end();
  }

  /** What was sampled, as an object to be written as JSON. */
  speedscope(): SpeedscopeFile {
    return {
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      name: this.options.name ?? 'guest',
      exporter: 'arm64-emu',
      activeProfileIndex: 0,
      shared: { frames: [...this.frames.keys()].map(name => ({ name })) },
      profiles: this.cpus.map(({ stacks, weights, total }, index) => ({
        type: 'sampled',
        name: `CPU ${index}, instructions`,
        unit: 'none',
        startValue: 0,
        endValue: total,
        samples: stacks,
        weights,
      })),
    };
  }

  private take(): void {
    const { machine, engine } = this.target;
    const cpu = machine.current;
    const samples = this.cpus[cpu.index]!;
    const weight = Math.max(0, machine.executed - this.last);
    this.last = machine.executed;
    const stack = callStack(cpu, engine, this.options.depth).map((address, i) => this.frame(address, i > 0));
    samples.stacks.push([this.named(`EL${cpu.el}`), ...stack.reverse()]);
    samples.weights.push(weight);
    samples.total += weight;
  }
  /** A return address is behind the call: the one before it belongs to the function. */
  private frame(address: bigint, returns: boolean): number {
    const name = this.options.symbol?.(returns ? address - 4n : address);
    return this.named(name === undefined ? `0x${address.toString(16)}` : name.replace(/\s*\+\s*(0x)?[0-9a-f]+$/i, ''));
  }
  private named(name: string): number {
    const known = this.frames.get(name);
    if (known !== undefined) return known;
    this.frames.set(name, this.frames.size);
    return this.frames.size - 1;
  }
}
