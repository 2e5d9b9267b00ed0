import type { ExceptionEvent } from '../cpu/exceptions.js';
import { type AddressRange, EVERYWHERE } from '../hooks/range.js';
import type {
  AccessEvent,
  SystemRegisterEvent,
  SystemRegisterHook,
  TlbFillEvent,
  Unhook,
  UnmappedEvent,
} from '../hooks/types.js';
import type { Control } from './control.js';
import { EmulatorError } from './error.js';

/** One instruction, or a range up to, but not including, `to`; virtual addresses unless `physical`. */
export type CodeAddress =
  | bigint
  | number
  | { readonly from: bigint | number; readonly to: bigint | number; readonly physical?: boolean };

/** What an exception hook decides: true when it dealt with it, `stop` to end the run, anything else to pass it on. */
export type EmulatorExceptionHook<E> = (event: ExceptionEvent, emulator: E) => boolean | 'stop' | undefined;

/**
 * The hooks of an emulator. They may be added and removed at any time, from within hooks too, and are called with state
 * that is exact: registers, PC, instructions executed. They may change it, and `stop()` ends the run before the
 * instruction. Every method gives a function that takes the hook away.
 */
export abstract class EmulatorHooks {
  abstract readonly control: Control;
  /** Whether the present run ends before an address. */
  protected abstract endsAt(address: bigint): boolean;
  protected readonly exceptionHooks: EmulatorExceptionHook<this>[] = [];

  /**
   * Before an instruction, or each of a range. `skip` from the hook: it has done what the instruction does.
   *
   * @example
   * emu.onCode(0x10004, e => e.set('x1', 2));
   */
  onCode(address: CodeAddress, hook: (emulator: this, address: bigint) => 'skip' | void): Unhook {
    return this.control.hooks.code(rangeOf(address, 4), (_, at) => hook(this, at));
  }
  /** At the first instruction of each block that is executed: behind branches, exceptions and returns from them. */
  onBlock(hook: (start: bigint, emulator: this) => void, range: CodeAddress = EVERYWHERE): Unhook {
    return this.control.hooks.block(rangeOf(range, 4), (_, start) => hook(start, this));
  }
  /**
   * Before an access to `size` bytes of virtual addresses. From the hook: true ends the run, a bigint takes the place of
   * the value that is read or written, `skip` has nothing written. `fetch` is {@link onCode} of the range.
   */
  onAccess(
    address: bigint | number,
    size: number,
    kind: 'read' | 'write' | 'access' | 'fetch',
    hook: (access: AccessEvent, emulator: this) => boolean | bigint | 'skip' | void,
  ): Unhook {
    const { control } = this;
    const from = BigInt(address);
    const range = { from, to: from + BigInt(size), read: kind !== 'write', write: kind !== 'read' };
    if (kind === 'fetch')
      return control.hooks.code(range, (cpu, at, word) => {
        const physical = cpu.explain(at, 0, 1).pa ?? 0;
        const stop = hook({ address: at, physical, size: 4, kind: 'read', value: BigInt(word >>> 0) }, this);
        if (stop === true) control.requestStop();
      });
    return control.hooks.access(range, (cpu, access) => {
      const answer = hook(access, this);
      if (answer === true) control.stopAtAccess(cpu, { ...access, range });
      return typeof answer === 'boolean' ? undefined : answer;
    });
  }
  /** At an access to what is not mapped; true from the hook when it has mapped something: the access is tried again. */
  onUnmapped(hook: (access: UnmappedEvent, emulator: this) => boolean): Unhook {
    return this.control.hooks.unmapped(
      (_, access) => !(access.kind === 'fetch' && this.endsAt(access.address)) && hook(access, this),
    );
  }
  /** Asks `hook` about exceptions, system calls included; the newest hook first. */
  onException(hook: EmulatorExceptionHook<this>): Unhook {
    this.exceptionHooks.unshift(hook);
    return () => {
      const at = this.exceptionHooks.indexOf(hook);
      if (at >= 0) this.exceptionHooks.splice(at, 1);
    };
  }
  /** At an instruction that this CPU does not have; true from the hook when it did what the instruction is to do. */
  onUndefined(hook: (word: number, emulator: this) => boolean): Unhook {
    return this.control.hooks.undefinedInstruction((_, word) => hook(word, this));
  }
  /**
   * Before MRS, MSR or SYS of a register, by name, as `S3_0_C15_C0_0`, or `*` for all. From the hook: a bigint takes the
   * place of the value, `skip` has nothing written. Throws `no-register`.
   */
  onSystemRegister(
    name: string,
    hook: (access: SystemRegisterEvent, emulator: this) => ReturnType<SystemRegisterHook>,
  ): Unhook {
    try {
      return this.control.hooks.systemRegister(name, (_, access) => hook(access, this));
    } catch (cause) {
      throw new EmulatorError('no-register', `this CPU has no register ${name}`, { path: name, cause });
    }
  }
  /** Before a translation enters the TLB. */
  onTlbFill(hook: (fill: TlbFillEvent, emulator: this) => void): Unhook {
    return this.control.hooks.tlbFill((_, fill) => hook(fill, this));
  }
}

function rangeOf(address: CodeAddress, size: number): AddressRange {
  if (typeof address === 'object') {
    const { from, to, physical = false } = address;
    return { from: BigInt(from), to: BigInt(to), physical };
  }
  const from = BigInt.asUintN(64, BigInt(address));
  return { from, to: from + BigInt(size) };
}
