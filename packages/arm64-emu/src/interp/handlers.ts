/** Handlers by number: which instruction shapes have code, and the table it is in. */
import type { Decoded, Insn } from '../a64/spec/index.js';
import { REGION_BASE } from '../engine/state.js';
import { type HandlerSource, placeOf } from './handler.js';
import { type MainSources, mainModule, singleModule } from './module.js';
import type { RecordLayout } from './record.js';
import type { Sequences } from './sequences.js';
import { Special } from './special.js';

/** A handler: number in records, layout of the record. */
export interface Handler {
  readonly number: number;
  readonly layout: RecordLayout;
}

/** The signature of `run`, `step` and every handler. */
export type HandlerFunction = (ip: number, flags: number, budget: number) => number;

interface MainExports {
  readonly run: HandlerFunction;
  readonly step: HandlerFunction;
  readonly table: WebAssembly.Table;
}

/** Identity of a handler. */
export const handlerKey = (d: Decoded, far: boolean): string => `${d.insn.name}|${d.shapeKey}${far ? '|far' : ''}`;

/** What is made when an engine starts: handlers, and sequences of them. */
export interface ProfiledSources {
  /** Hottest first. */
  readonly handlers: readonly HandlerSource[];
  /** How many of them go into the switch. */
  readonly hot: number;
  readonly sequences: readonly (readonly HandlerSource[])[];
}

const keyOf = (s: HandlerSource): string => handlerKey(s.decoded, s.far);

/** Parts that are possible: instructions that call go into no switch, and only the last one of a sequence may branch. */
function mainSources({ handlers, hot, sequences }: ProfiledSources): MainSources {
  const distinct = [...new Map(handlers.map(s => [keyOf(s), s])).values()];
  const inSwitch = new Set(distinct.slice(0, hot).filter(s => placeOf(s.decoded).inline));
  const keys = new Set([...inSwitch].map(keyOf));
  const isStraight = (s: HandlerSource): boolean => placeOf(s.decoded).straight;
  return {
    hot: [...inSwitch],
    sequences: sequences.filter(parts => parts.every(s => keys.has(keyOf(s))) && parts.slice(0, -1).every(isStraight)),
    others: distinct.filter(s => !inSwitch.has(s)),
  };
}

/** The handlers of one engine, with more made as instructions turn up. */
export class Handlers {
  readonly run: HandlerFunction;
  readonly step: HandlerFunction;
  readonly table: WebAssembly.Table;
  /** By definition, then by shape and distance of the target. */
  private readonly known = new Map<Insn, Map<number, Handler>>();
  private readonly sources: (HandlerSource | undefined)[];

  constructor(
    private readonly imports: WebAssembly.Imports,
    profiled: ProfiledSources,
    sequences: Sequences,
    /** Whether taken branches are counted. */
    private readonly counting = false,
  ) {
    const sources = mainSources(profiled);
    const { bytes, layouts } = mainModule(sources, counting);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
    const { run, step, table } = instance.exports as unknown as MainExports;
    this.run = run;
    this.step = step;
    this.table = table;
    this.sources = new Array<HandlerSource | undefined>(Special.count).fill(undefined);
    const add = (s: HandlerSource, layout: RecordLayout): void => {
      this.remember(s.decoded, s.far, { number: this.sources.length, layout });
      this.sources.push(s);
    };
    const { hot, others } = sources;
    hot.forEach((s, i) => {
      add(s, layouts[i]!);
    });
    for (const parts of sources.sequences) {
      const numbers = parts.map(s => this.get(s.decoded, s.far).number);
      sequences.add(numbers, this.sources.length);
      this.sources.push(undefined);
    }
    others.forEach((s, i) => {
      add(s, layouts[hot.length + i]!);
    });
  }

  /** The instruction that each handler was made from, by number; undefined for the special ones and for sequences. */
  get all(): readonly (HandlerSource | undefined)[] {
    return this.sources;
  }

  /** The handler for an instruction; made when it does not exist yet. */
  get(d: Decoded, far: boolean): Handler {
    const known = this.known.get(d.insn)?.get(d.shapeKey * 2 + Number(far));
    if (known) return known;
    const source: HandlerSource = { decoded: d, far };
    const { bytes, layouts } = singleModule(source, this.counting);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), this.imports);
    const number = this.sources.length;
    if (number >= REGION_BASE) throw new RangeError('handler table is full');
    this.table.set(number, instance.exports.handler);
    this.sources.push(source);
    const handler = { number, layout: layouts[0]! };
    this.remember(d, far, handler);
    return handler;
  }
  private remember(d: Decoded, far: boolean, handler: Handler): void {
    const shapes = this.known.get(d.insn) ?? new Map<number, Handler>();
    this.known.set(d.insn, shapes);
    shapes.set(d.shapeKey * 2 + Number(far), handler);
  }
}
