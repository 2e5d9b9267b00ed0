import type { Engine } from '../engine/engine.js';

/** Called before each instruction: address and word. */
export type InstructionObserver = (pc: bigint, word: number) => void;

/** The engine calls one function; here are those that want to hear. */
const OBSERVERS = new WeakMap<Engine, Set<InstructionObserver>>();

/** Calls `observer` before each instruction until the result is called. Execution is several times slower meanwhile. */
export function observeInstructions(engine: Engine, observer: InstructionObserver): () => void {
  const observers = OBSERVERS.get(engine) ?? new Set();
  OBSERVERS.set(engine, observers.add(observer));
  engine.trace((pc, word) => {
    for (const each of observers) each(pc, word);
  });
  return () => {
    observers.delete(observer);
    if (observers.size === 0) engine.trace(undefined);
  };
}
