import type { SysRegAccess } from '../a64/spec/index.js';
import { SYSREG_SLOTS, sysregAddress } from '../engine/state.js';
import type { CpuModel } from './models.js';
import { SYSTEM_OPERATIONS } from './sysops.js';
import type { SysReg, SysRegRow } from './sysreg.js';
import { formatSysKey } from './sysreg-key.js';
import { EL12_ALIASES, FREE_SLOT, SYSTEM_REGISTERS, slotOf } from './sysreg-slots.js';

const ALL = 0xffff_ffff_ffff_ffffn;

/** What becomes of an access to a register that nobody defines. */
export type UnknownPolicy = 'undefined' | 'zero';

/** Options of {@link SysRegTable}. */
export interface SysRegTableOptions {
  /** Registers that the machine adds; they take precedence over architectural ones. */
  readonly extra?: readonly SysRegRow[];
  /** `undefined` (an exception) by default. */
  readonly unknown?: UnknownPolicy;
  /** Told of accesses to unknown registers. */
  readonly log?: ((message: string) => void) | undefined;
}

/** The system registers of one CPU, or of a model, found by encoding or by name. */
export class SysRegTable {
  private readonly byKey = new Map<number, SysReg>();
  private readonly byName = new Map<string, SysReg>();
  readonly unknown: UnknownPolicy;
  private readonly logged = new Set<number>();

  constructor(
    private readonly cpu: { readonly model: CpuModel },
    private readonly options: SysRegTableOptions = {},
  ) {
    this.unknown = options.unknown ?? 'undefined';
    let free = FREE_SLOT;
    for (const row of [...SYSTEM_REGISTERS, ...EL12_ALIASES, ...SYSTEM_OPERATIONS])
      if (this.exists(row)) this.add(row, row.stored ? slotOf(row.name) : -1);
    for (const row of options.extra ?? []) if (this.exists(row)) this.add(row, row.stored ? free++ : -1);
    if (free > SYSREG_SLOTS) throw new RangeError(`${free - SYSREG_SLOTS} system registers do not fit the state block`);
  }

  /** The register with this encoding, if this CPU has it. */
  find(key: number): SysReg | undefined {
    return this.byKey.get(key);
  }

  /** The register called so. */
  named(name: string): SysReg {
    const reg = this.byName.get(name);
    if (reg === undefined) throw new RangeError(`this CPU has no system register ${name}`);
    return reg;
  }

  /** How generated code reaches a register. */
  access(key: number, write: boolean): SysRegAccess {
    const reg = this.find(key);
    if (reg === undefined) return { minEl: 1 };
    const minEl = write ? reg.access.write : reg.access.read;
    const inline = minEl <= 2 && (write ? reg.inlineWrite : reg.inlineRead);
    if (inline) return { minEl, address: sysregAddress(reg.slot) };
    const { model } = this.cpu;
    // EL2 has more to say.
    if (write || reg.constant === undefined || model.features.has('EL2')) return { minEl };
    const constant = reg.constant(model);
    return reg.el0Control === undefined ? { minEl, constant } : { minEl, constant, el0Control: reg.el0Control };
  }

  /** All registers of this CPU. */
  [Symbol.iterator](): IterableIterator<SysReg> {
    return this.byKey.values();
  }

  /** Reports the first access to an unknown register. */
  report(key: number, write: boolean, pc: bigint): void {
    if (this.options.log === undefined || this.logged.has(key)) return;
    this.logged.add(key);
    this.options.log(
      `${write ? 'write to' : 'read of'} unknown system register ${formatSysKey(key)} at 0x${pc.toString(16)}`,
    );
  }

  private exists(row: SysRegRow): boolean {
    const { cpu } = this;
    return (row.needs === undefined || cpu.model.features.has(row.needs)) && (row.exists?.(cpu) ?? true);
  }

  private add(row: SysRegRow, slot: number): void {
    const { features } = this.cpu.model;
    const trapped = features.has('EL2') && (row.hcr !== undefined || row.trapEl2 !== undefined);
    const redirected = features.has('VHE') && row.e2h !== undefined;
    const direct = row.fp !== true && row.alias === undefined && !trapped && !redirected;
    const plain = slot >= 0 && direct && row.trapEl0 === undefined && row.el0Control === undefined;
    const reg = {
      ...row,
      slot,
      direct,
      inlineRead: plain && row.get === undefined,
      inlineWrite: plain && row.set === undefined && row.clears !== true && (row.mask ?? ALL) === ALL,
    };
    this.byKey.set(row.key, reg);
    this.byName.set(row.name, reg);
  }
}
