/** How the outside world enters a machine, so that it can be recorded and come again. */

/** Decides when something from outside is heard. */
export interface InputGate {
  /** What arrives is dropped: a recording is replayed. */
  readonly deaf: boolean;
  /** Something arrived: true when the gate will have it entered, or has dropped it. */
  arrives(bytes: Uint8Array): boolean;
  /** What the host answers at once: `make`'s result, or that of another time. */
  answers(make: () => Uint8Array): Uint8Array;
}

/**
 * An object, found through {@link Stateful.stateFields}, by which the host enters a machine: it asks its gate, while there
 * is one, before it takes what arrives, and has it keep what the host answers.
 */
export interface HostInput {
  /** What it is, such as `serial`. */
  readonly hostInput: string;
  /** Set while a run is recorded or replayed. */
  gate: InputGate | undefined;
  /** Takes bytes as if they came from the host, past the gate. */
  enter(bytes: Uint8Array): void;
}

type Fields = Record<string, unknown>;

/** The inputs of an object, in the order of its state. */
export function hostInputs(of: unknown): HostInput[] {
  if (Array.isArray(of)) return of.flatMap(hostInputs);
  if (typeof of !== 'object' || of === null) return [];
  const { stateFields, hostInput } = of as { stateFields?: readonly string[]; hostInput?: unknown };
  const own = typeof hostInput === 'string' ? [of as HostInput] : [];
  return [...own, ...(stateFields ?? []).flatMap(name => hostInputs((of as Fields)[name]))];
}
