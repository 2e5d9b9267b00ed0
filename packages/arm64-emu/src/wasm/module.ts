/** Builds binary modules with an imported memory. */
import { Op } from './opcodes.js';
import { type Ty, VALUE_TYPE } from './types.js';
import { Writer } from './writer.js';

/** A function type. */
export interface FuncType {
  readonly params: readonly Ty[];
  readonly results: readonly Ty[];
}
/** An imported function of module `env`. */
export interface FuncImport {
  readonly name: string;
  /** Index into the module's types. */
  readonly type: number;
}
/** A function; its code lacks the closing `end`. */
export interface Func {
  readonly type: number;
  readonly locals: readonly Ty[];
  readonly code: Uint8Array;
  readonly exportAs?: string;
}
/** A module. Function indices count imports first. */
export interface ModuleSpec {
  readonly types: readonly FuncType[];
  readonly imports: readonly FuncImport[];
  readonly funcs: readonly Func[];
  /** Slots of a table, exported as `table`; and what they hold at first: table index -> function index. */
  readonly table?: { readonly size: number; readonly elements: ReadonlyMap<number, number> };
}

const Section = { type: 1, import: 2, function: 3, table: 4, export: 7, element: 9, code: 10 } as const;
const External = { func: 0, table: 1, memory: 2 } as const;
const FUNCREF = 0x70;
const FUNC_TYPE = 0x60;

function functionBody(f: Func): Writer {
  const body = new Writer();
  const groups: [count: number, ty: Ty][] = [];
  for (const ty of f.locals) {
    const last = groups.at(-1);
    if (last && last[1] === ty) last[0]++;
    else groups.push([1, ty]);
  }
  body.u32(groups.length);
  for (const [count, ty] of groups) {
    body.u32(count);
    body.u8(VALUE_TYPE[ty]);
  }
  body.bytes(f.code);
  body.u8(Op.end);
  return body;
}

/** The module's bytes. It imports `env.memory` and the listed functions. */
export function buildModule(spec: ModuleSpec): Uint8Array<ArrayBuffer> {
  const out = new Writer();
  out.raw(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const section = (id: number, fill: (w: Writer) => void): void => {
    const w = new Writer();
    fill(w);
    out.u8(id);
    out.u32(w.length);
    out.bytes(w.result());
  };
  section(Section.type, w => {
    w.u32(spec.types.length);
    for (const { params, results } of spec.types) {
      w.u8(FUNC_TYPE);
      for (const list of [params, results]) {
        w.u32(list.length);
        for (const ty of list) w.u8(VALUE_TYPE[ty]);
      }
    }
  });
  section(Section.import, w => {
    w.u32(spec.imports.length + 1);
    w.name('env');
    w.name('memory');
    w.raw(External.memory, 0, 1);
    for (const i of spec.imports) {
      w.name('env');
      w.name(i.name);
      w.u8(External.func);
      w.u32(i.type);
    }
  });
  section(Section.function, w => {
    w.u32(spec.funcs.length);
    for (const f of spec.funcs) w.u32(f.type);
  });
  const { table } = spec;
  if (table) {
    section(Section.table, w => {
      w.raw(1, FUNCREF, 0);
      w.u32(table.size);
    });
  }
  section(Section.export, w => {
    const exported = spec.funcs.map((f, i) => [f.exportAs, i] as const).filter(([name]) => name !== undefined);
    w.u32(exported.length + (table ? 1 : 0));
    for (const [name, i] of exported) {
      w.name(name!);
      w.u8(External.func);
      w.u32(i + spec.imports.length);
    }
    if (table) {
      w.name('table');
      w.raw(External.table, 0);
    }
  });
  if (table) {
    section(Section.element, w => {
      w.u32(table.elements.size);
      for (const [slot, func] of table.elements) {
        w.raw(0, Op.i32Const);
        w.s32(slot);
        w.raw(Op.end, 1);
        w.u32(func);
      }
    });
  }
  section(Section.code, w => {
    w.u32(spec.funcs.length);
    for (const f of spec.funcs) {
      const body = functionBody(f);
      w.u32(body.length);
      w.bytes(body.result());
    }
  });
  return out.result();
}
