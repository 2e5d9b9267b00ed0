/** Handlers by number: which instruction shapes have code, and the table it is in. */
import type { Decoded, Insn } from '../a64/spec/index.js';
import { REGION_BASE } from '../engine/state.js';
import type { HandlerSource } from './module.js';
import { mainModule, singleModule } from './module.js';
import type { RecordLayout } from './record.js';
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

/** The handlers of one engine, with more made as instructions turn up. */
export class Handlers {
  readonly run: HandlerFunction;
  readonly step: HandlerFunction;
  readonly table: WebAssembly.Table;
  /** By definition, then by shape and distance of the target. */
  private readonly known = new Map<Insn, Map<number, Handler>>();
  private readonly sources: (HandlerSource | undefined)[];

  /** `sources`: handlers made now, hottest first; the first `hot` go into the switch. */
  constructor(
    private readonly imports: WebAssembly.Imports,
    sources: readonly HandlerSource[],
    hot: number,
    /** Whether taken branches are counted. */
    private readonly counting = false,
  ) {
    const distinct = new Map(sources.map(s => [handlerKey(s.decoded, s.far), s]));
    const list = [...distinct.values()];
    const { bytes, layouts } = mainModule(list, hot, counting);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
    const { run, step, table } = instance.exports as unknown as MainExports;
    this.run = run;
    this.step = step;
    this.table = table;
    this.sources = new Array<HandlerSource | undefined>(Special.count).fill(undefined);
    list.forEach((s, i) => {
      this.remember(s.decoded, s.far, { number: Special.count + i, layout: layouts[i]! });
      this.sources.push(s);
    });
  }

  /** The instruction that each handler was made from, by number; undefined for the special ones. */
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
