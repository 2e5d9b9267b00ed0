/** The functions that generated code imports. */
import { callRoutine, FP_OP_NAMES, type FpFormat } from '../a64/spec/index.js';
import { Exit } from '../interp/exit.js';
import { walker } from '../walk/walker.js';
import type { FetchPath } from './fetch-path.js';
import type { HookedRecords } from './hooked-records.js';
import { type CpuHost, type FpRoutine, SYS_CONTINUE, SYS_TRAP } from './host.js';
import type { SlowPath } from './slow-path.js';
import { CELL } from './state.js';

/** What the imports need from the engine. */
export interface ImportTargets {
  /** The running CPU. */
  host(): CpuHost;
  readonly slowPath: SlowPath;
  readonly fp: FpRoutine;
  readonly fetchPath: FetchPath;
  /** Reason to leave instead of executing a record, or CONTINUE. */
  check(ip: number): number;
  /** Decodes the instruction of a fresh record. */
  decode(ip: number): void;
  readonly hooked: HookedRecords;
}

/** The import object for modules of the interpreter; see `IMPORTS` for the signatures. */
export function generatedCodeImports(memory: WebAssembly.Memory, engine: ImportTargets): WebAssembly.Imports {
  const view = new DataView(memory.buffer);
  const words = new Int32Array(memory.buffer);
  const u64 = new BigUint64Array(memory.buffer);
  const { slowPath, fetchPath, fp, hooked } = engine;
  const trap = (): number => {
    words[CELL.REASON >> 2] = Exit.ABORT;
    return -1;
  };
  return {
    env: {
      memory,
      slow: walker(memory, (lo, hi, info) => slowPath.slow(lo, hi, info)),
      sysRead: (key: number): number => {
        fetchPath.syncPc();
        const value = engine.host().sysRead(key);
        if (value === undefined) return trap();
        u64[CELL.BOUNCE >> 3] = value;
        return 0;
      },
      sysWrite: (key: number, value: bigint): number => {
        fetchPath.syncPc();
        const result = engine.host().sysWrite(key, BigInt.asUintN(64, value));
        if (result === SYS_TRAP) return trap();
        return result === SYS_CONTINUE ? 0 : 1;
      },
      decode: (ip: number): void => engine.decode(ip),
      jump: (kind: number): number => fetchPath.jump(words[CELL.JUMP >> 2]!, words[(CELL.JUMP >> 2) + 1]!, kind),
      fp: (operation: number, param: number): void => {
        const op = FP_OP_NAMES[operation & 0xff]!;
        fp(view, CELL.FP_ARGS, op, ((operation >> 8) & 15) as FpFormat, operation >> 12, param);
      },
      routine: (number: number, param: number): void => callRoutine(number, view, CELL.FP_ARGS, param),
      check: (ip: number): number => engine.check(ip),
      hook: (ip: number): number => hooked.hook(ip),
      after: (reason: number): number => hooked.after(reason),
    },
  };
}
