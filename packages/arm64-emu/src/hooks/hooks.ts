import type { Cpu } from '../cpu/cpu.js';
import type { Engine } from '../engine/engine.js';
import { type AccessKind, FETCH, WRITE } from '../engine/host.js';
import { type Observer, Verdict } from '../engine/observer.js';
import type { Machine } from '../machine/machine.js';
import { AccessHooks } from './accesses.js';
import { CodeEntries, type CodeEntry, endsBlock } from './code.js';
import { ExceptionHooks } from './exceptions.js';
import { type AddressRange, EVERYWHERE, inRange } from './range.js';
import { accessesRegister, accessRegister } from './system-registers.js';
import { TlbFills } from './tlb-fills.js';
import type {
  AccessHook,
  AccessRange,
  BlockHook,
  CodeHook,
  ExceptionHook,
  ExceptionWatch,
  SystemRegisterHook,
  TlbFillHook,
  UndefinedHook,
  Unhook,
  UnmappedHook,
} from './types.js';

const ALL = new WeakMap<Engine, Hooks>();

/**
 * Hooks of a machine, in any mode. What is not hooked costs nothing; what is costs where it happens. A hook may be added
 * and removed at any time, from within hooks too, and takes effect for code that has been compiled already. It is called
 * with the CPU's state in place and exact - registers, PC, instructions executed - and may change it, and `machine.stop()`
 * ends the run before the instruction. Hooks that change nothing leave the run as it is without them, time included. What
 * a hook throws, `machine.run` throws.
 *
 * @example
 * const hooks = Hooks.of(virt);
 * const remove = hooks.code({ from: 0x40080000n, to: 0x40080004n }, cpu => console.log(cpu.x(0)));
 * hooks.access({ from: 0x9000000n, to: 0x9001000n, physical: true }, (cpu, { kind, address }) => console.log(kind, address));
 * await virt.machine.run({ instructions: 1e6 });
 * remove();
 */
export class Hooks {
  private readonly entries = new CodeEntries();
  private readonly accesses: AccessHooks;
  private readonly exceptions: ExceptionHooks;
  private readonly fills: TlbFills;
  /** The instruction of each CPU that hooks were called for last, by what had been executed, and PC. */
  private readonly seen: { executed: number; pc: bigint }[];
  private readonly due: boolean[];
  private blocks = 0;
  private readonly observer: Observer;

  private constructor(
    readonly machine: Machine,
    readonly engine: Engine,
  ) {
    this.accesses = new AccessHooks(machine, engine);
    this.exceptions = new ExceptionHooks(engine, fn => this.call(fn));
    this.fills = new TlbFills(machine, engine);
    this.seen = machine.cpus.map(() => ({ executed: -1, pc: 0n }));
    this.due = machine.cpus.map(() => false);
    this.observer = this.observing();
  }

  /** The hooks of a machine; there is one object for each. */
  static of({ machine, engine }: { readonly machine: Machine; readonly engine: Engine }): Hooks {
    const known = ALL.get(engine) ?? new Hooks(machine, engine);
    ALL.set(engine, known);
    return known;
  }

  /** Before each instruction of a range; this is what a hook of fetches is. */
  code(range: AddressRange, hook: CodeHook): Unhook {
    return this.add({ range, before: (cpu, address, word) => hook(cpu, address, word) ?? undefined });
  }
  /** At the beginning of each block that begins in a range; the ends of blocks are followed everywhere for it. */
  block(range: AddressRange, hook: BlockHook): Unhook {
    this.blocks++;
    this.due.fill(true);
    const block: BlockHook = (cpu, start) => {
      const at = range.physical === true ? cpu.explain(start, 0, 1).pa : start;
      if (at !== undefined && inRange(range, BigInt(at))) hook(cpu, start);
    };
    const remove = this.add({ range: EVERYWHERE, word: endsBlock, block });
    return () => {
      remove();
      this.blocks--;
    };
  }
  /** Before each data access that touches a range. Its pages leave the fast path. */
  access(range: AccessRange, hook: AccessHook): Unhook {
    const entry = { range: { ...range }, hook };
    this.accesses.entries.add(entry);
    this.observeAccesses();
    return () => {
      if (this.accesses.entries.delete(entry)) this.observeAccesses();
    };
  }
  /** Accesses to what is not mapped. */
  unmapped(hook: UnmappedHook): Unhook {
    this.exceptions.unmapped.add(hook);
    return this.observeExceptions(() => this.exceptions.unmapped.delete(hook));
  }
  /** Exceptions that are about to be taken, system calls included; the newest hook is asked first. Interrupts cannot be dealt with. */
  exception(hook: ExceptionHook): Unhook {
    const { deciders } = this.exceptions;
    deciders.unshift(hook);
    return this.observeExceptions(() => {
      if (deciders.includes(hook)) deciders.splice(deciders.indexOf(hook), 1);
    });
  }
  /** Exceptions and interrupts that the guest takes. */
  taken(hook: ExceptionWatch): Unhook {
    this.exceptions.watches.add(hook);
    return this.observeExceptions(() => this.exceptions.watches.delete(hook));
  }
  /** Instructions that are undefined. */
  undefinedInstruction(hook: UndefinedHook): Unhook {
    this.exceptions.undefinedWords.add(hook);
    return this.observeExceptions(() => this.exceptions.undefinedWords.delete(hook));
  }
  /**
   * MRS, MSR and SYS of a register by name, `S3_0_C15_C0_0` and the like, or `*` for all. Throws `RangeError` when the CPU
   * has none of that name.
   */
  systemRegister(name: string, hook: SystemRegisterHook): Unhook {
    const word = accessesRegister(this.machine.cpus[0]!, name);
    if (word === undefined) throw new RangeError(`this CPU has no system register ${name}`);
    return this.add({ range: EVERYWHERE, word, before: (cpu, _, w) => accessRegister(cpu, w, hook) });
  }
  /** Translations that enter the TLB. The TLB is dropped once, so that all are seen from now on. */
  tlbFill(hook: TlbFillHook): Unhook {
    this.fills.hooks.add(hook);
    this.update();
    for (const { index } of this.machine.cpus) this.engine.tlb(index).flushAll();
    this.engine.refetch();
    return () => {
      this.fills.hooks.delete(hook);
      this.update();
    };
  }

  /** Asked about exceptions that no hook dealt with. For `Control`. */
  set lastResort(hook: ExceptionHook | undefined) {
    this.exceptions.last = hook;
    this.observeExceptions();
  }
  /** State was changed as a whole: hooks are called for the next instruction whatever came before. */
  forget(): void {
    for (const each of this.seen) each.executed = -1;
    this.accesses.forget();
    this.fills.forget();
  }
  /** The next instruction of a CPU is executed without its code hooks. */
  passNext(cpu: Cpu): void {
    this.seen[cpu.index] = { executed: this.engine.executed(cpu.index), pc: cpu.pc };
  }

  private add(entry: CodeEntry): Unhook {
    this.entries.add(entry);
    this.update();
    this.redecode(this.entries.reachOf(entry));
    if (entry.range.physical !== true) this.engine.refetch();
    let there = true;
    return () => {
      if (!there) return;
      there = false;
      this.redecode(this.entries.remove(entry));
      this.update();
    };
  }
  private redecode(reach: readonly { readonly address: number; readonly size: number }[] | undefined): void {
    if (reach === undefined) this.engine.redecode();
    else for (const { address, size } of reach) this.engine.redecode(address, size);
  }
  private update(): void {
    const used = this.entries.size > 0 || this.accesses.entries.size > 0 || this.fills.hooks.size > 0;
    this.engine.observer = used ? this.observer : undefined;
  }
  private observeAccesses(): void {
    this.update();
    const observer = this.accesses.entries.size > 0 ? this.accesses : undefined;
    for (const cpu of this.machine.cpus) this.machine.within(cpu.index, () => cpu.observeAccesses(observer));
  }
  private observeExceptions(remove?: () => void): Unhook {
    const apply = (): void => {
      const { used, onlyUndefined } = this.exceptions;
      for (const cpu of this.machine.cpus) {
        cpu.onException = used ? event => this.exceptions.handle(cpu, event) : undefined;
        cpu.onlyUndefined = onlyUndefined;
      }
    };
    apply();
    return () => {
      remove?.();
      apply();
    };
  }

  /** Calls a hook; what it throws ends the run. */
  private call<T>(fn: () => T): T | undefined {
    try {
      return fn();
    } catch (error) {
      this.machine.fail(error);
      return undefined;
    }
  }
  /** Whether execution may go on as if nothing had happened; {@link Cpu.takeResync} was called before. */
  private undisturbed(cpu: Cpu, pc: bigint): boolean {
    return !cpu.takeResync() && !cpu.attentionWanted && cpu.pc === pc;
  }

  private observing(): Observer {
    const hooks = this;
    return {
      wants: (address, word) => hooks.entries.wants(address, word),
      before: (address, word) => hooks.before(address, word),
      blockBegins: () => hooks.blockBegins(),
      interrupted: () => {
        if (hooks.blocks > 0) hooks.due[hooks.machine.current.index] = true;
      },
      get blockDue() {
        return hooks.due[hooks.machine.current.index]!;
      },
      entered: (lo, hi, address) => hooks.redecode(hooks.entries.entered(lo, hi, address)),
      fills: (lo, hi, address, access) => hooks.fills.passes(lo, hi, address, accessKind(access)),
      ask: () => {
        const cpu = hooks.machine.current;
        const { pc } = cpu;
        cpu.takeResync();
        if (!hooks.accesses.ask(fn => hooks.call(fn))) hooks.fills.ask(fn => hooks.call(fn));
        return hooks.undisturbed(cpu, pc);
      },
    };
  }

  private before(address: number, word: number): Verdict {
    const { entries, engine } = this;
    const cpu = this.machine.current;
    const { pc } = cpu;
    const executed = engine.executed(cpu.index);
    const seen = this.seen[cpu.index]!;
    const again = seen.executed === executed && seen.pc === pc;
    seen.executed = executed;
    seen.pc = pc;
    let tell = false;
    if (!again) cpu.takeResync();
    for (const entry of [...entries.list]) {
      if (!entries.applies(entry, pc, address, word)) continue;
      if (entry.block !== undefined) tell = true;
      if (again || entry.before === undefined) continue;
      if (this.call(() => entry.before!(cpu, pc, word)) === 'skip') return Verdict.skip;
      if (cpu.pc !== pc) return Verdict.leave;
    }
    if (!again && !this.undisturbed(cpu, pc)) return Verdict.leave;
    return tell ? Verdict.goAndTell : Verdict.go;
  }

  private blockBegins(): boolean {
    const cpu = this.machine.current;
    const { pc } = cpu;
    this.due[cpu.index] = false;
    cpu.takeResync();
    for (const { block } of [...this.entries.list]) if (block !== undefined) this.call(() => block(cpu, pc));
    return this.undisturbed(cpu, pc);
  }
}

const accessKind = (access: AccessKind): 'read' | 'write' | 'fetch' =>
  access === FETCH ? 'fetch' : access === WRITE ? 'write' : 'read';
