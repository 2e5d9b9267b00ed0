import type { HostInput, InputGate } from '../devices/host-input.js';
import { checkWritable, writeRegister } from '../embed/registers.js';
import type { Engine } from '../engine/engine.js';
import type { Machine } from '../machine/machine.js';

const ALL = new WeakMap<Engine, HostAccess>();

/** What was done, in the first byte. */
const KIND = { register: 0, memory: 1, value: 2 } as const;
/** Bytes of a register's value and of an address. */
const VALUE = 16;
const ADDRESS = 8;

/**
 * Registers and memory that the host writes itself, and values that it supplies, so that recordings have them. Between
 * instructions such a write is an input like any other, and is not heard during a replay. From hooks and devices, while
 * the guest executes, it is an answer: the hook is called in a replay too, and what it wrote then is written again.
 *
 * @example
 * ```ts
 * import { createVirt, HostAccess, record } from 'arm64-emu';
 *
 * const virt = createVirt({ memory: 2 ** 24, flash: false });
 * const recorder = await record(virt);
 * HostAccess.of(virt).setRegister(0, 'x0', 42n);
 * await recorder.finish();
 * ```
 */
export class HostAccess implements HostInput {
  readonly hostInput = 'host';
  /** See {@link HostInput}. */
  gate: InputGate | undefined;

  private constructor(
    private readonly machine: Machine,
    private readonly engine: Engine,
  ) {}

  /** That of a machine; there is one for each. */
  static of({ machine, engine }: { readonly machine: Machine; readonly engine: Engine }): HostAccess {
    const known = ALL.get(engine) ?? new HostAccess(machine, engine);
    ALL.set(engine, known);
    return known;
  }

  /** Whether what is written between instructions is not heard, because a recording is replayed. */
  get deaf(): boolean {
    return this.gate?.deaf === true;
  }

  /** Sets a register of CPU number `cpu`, see `writeRegister`. Throws `EmulatorError` `no-register`, `read-only`. */
  setRegister(cpu: number, name: string, value: bigint): void {
    if (this.gate === undefined) {
      this.writeRegister(cpu, name, value);
      return;
    }
    checkWritable(this.machine.cpus[cpu]!, name);
    const text = new TextEncoder().encode(name);
    const bytes = new Uint8Array(3 + VALUE + text.length);
    const view = new DataView(bytes.buffer);
    bytes[0] = KIND.register;
    view.setUint16(1, cpu, true);
    view.setBigUint64(3, BigInt.asUintN(64, value), true);
    view.setBigUint64(3 + 8, BigInt.asUintN(64, value >> 64n), true);
    bytes.set(text, 3 + VALUE);
    this.write(bytes);
  }

  /** Copies bytes to RAM or ROM at a physical address; false, and nothing is written, when part of it is neither. */
  writeMemory(address: number, bytes: Uint8Array): boolean {
    if (this.gate === undefined) return this.engine.memory.write(address, bytes);
    if (this.engine.memory.view(address, bytes.length) === undefined) return false;
    const record = new Uint8Array(1 + ADDRESS + bytes.length);
    record[0] = KIND.memory;
    new DataView(record.buffer).setFloat64(1, address, true);
    record.set(bytes, 1 + ADDRESS);
    this.write(record);
    return true;
  }

  /** A word that the guest reads, from `make`, or, during a replay, as it was then; what `make` writes comes again too. */
  supply(make: () => number): number {
    if (this.gate === undefined || !this.machine.executing) return make();
    for (;;) {
      const bytes = this.gate.answers(() => {
        const answer = new Uint8Array(1 + 4);
        const value = make();
        answer[0] = KIND.value;
        new DataView(answer.buffer).setUint32(1, value >>> 0, true);
        return answer;
      });
      if (bytes[0] === KIND.value && bytes.length === 1 + 4) return view(bytes).getUint32(1, true);
      // Nothing: the replay went another way, and ends.
      if (bytes.length === 0) return 0;
      this.enter(bytes);
    }
  }

  /** See {@link HostInput}. */
  enter(bytes: Uint8Array): void {
    if (bytes[0] === KIND.register && bytes.length > 3 + VALUE) {
      const fields = view(bytes);
      const value = fields.getBigUint64(3, true) | (fields.getBigUint64(3 + 8, true) << 64n);
      const cpu = fields.getUint16(1, true);
      const name = new TextDecoder().decode(bytes.subarray(3 + VALUE));
      if (this.machine.cpus[cpu] !== undefined) this.writeRegister(cpu, name, value);
    } else if (bytes[0] === KIND.memory && bytes.length >= 1 + ADDRESS)
      this.engine.memory.write(view(bytes).getFloat64(1, true), bytes.subarray(1 + ADDRESS));
  }

  private write(bytes: Uint8Array): void {
    const { gate } = this;
    if (this.machine.executing) this.enter(gate!.answers(() => bytes));
    else if (!gate!.arrives(bytes)) this.enter(bytes);
  }
  private writeRegister(index: number, name: string, value: bigint): void {
    const { machine } = this;
    // While a CPU executes, its state stays in place.
    if (index === machine.current.index) writeRegister(machine.current, name, value);
    else machine.within(index, cpu => writeRegister(cpu, name, value));
  }
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
