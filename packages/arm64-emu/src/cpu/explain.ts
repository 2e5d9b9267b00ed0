import type { Stage1 } from './mmu.js';
import { Access, Fault, OK, type WalkStep } from './walk.js';

/** Why a translation fails. */
export type FaultKind = 'address size' | 'translation' | 'access flag' | 'permission' | 'external abort on walk';

/** What a virtual address leads to, and how that was found out. */
export interface TranslationReport {
  readonly va: bigint;
  /** Physical address; undefined when the translation faults. */
  readonly pa: number | undefined;
  /** The kind of fault, its level, and the fault status code as in ESR_EL1. */
  readonly fault: { readonly kind: FaultKind; readonly level: number; readonly status: number } | undefined;
  /** What the page allows at the level asked for. */
  readonly allowed: { readonly read: boolean; readonly write: boolean; readonly fetch: boolean };
  /** Bytes that one descriptor maps. */
  readonly size: number;
  /** Memory attributes as in MAIR_EL1; 0 is Device-nGnRnE. */
  readonly attributes: number;
  readonly global: boolean;
  /** The descriptors that were read; none while translation is off. */
  readonly steps: readonly WalkStep[];
  /** All of it in a sentence. */
  readonly text: string;
}

const KINDS: readonly (readonly [base: number, kind: FaultKind])[] = [
  [Fault.externalWalk, 'external abort on walk'],
  [Fault.permission, 'permission'],
  [Fault.accessFlag, 'access flag'],
  [Fault.translation, 'translation'],
  [Fault.addressSize, 'address size'],
];

const hex = (v: bigint | number): string => `0x${v.toString(16)}`;

/** Translates without effects. `access` is one of `read`, `write`, `fetch` of {@link Access}; `flags` the rest. */
export function explainTranslation(mmu: Stage1, va: bigint, access: number, flags: number): TranslationReport {
  const steps: WalkStep[] = [];
  mmu.steps = steps;
  const status = mmu.translate(Number(va & 0xffff_ffffn) | 0, Number((va >> 32n) & 0xffff_ffffn) | 0, access | flags);
  const walk = steps.map(s => `level ${s.level}: ${hex(s.descriptor)} at ${hex(s.address)}`).join(', ');
  const how = mmu.regime.enabled ? walk || 'no walk' : 'translation is off';
  if (status !== OK) {
    const [base, kind] = KINDS.find(([from]) => status >= from)!;
    const level = status - base;
    const none = { read: false, write: false, fetch: false };
    const text = `${hex(va)}: ${kind} fault, level ${level} (${how})`;
    const fault = { kind, level, status };
    return { va, pa: undefined, fault, allowed: none, size: 0, attributes: 0, global: false, steps, text };
  }
  const allowed = {
    read: (mmu.allowed & Access.read) !== 0,
    write: (mmu.allowed & Access.write) !== 0,
    fetch: (mmu.allowed & Access.fetch) !== 0,
  };
  const letters = `${allowed.read ? 'r' : '-'}${allowed.write ? 'w' : '-'}${allowed.fetch ? 'x' : '-'}`;
  const text = `${hex(va)} is ${hex(mmu.pa)}, ${letters} (${how})`;
  const size = 2 ** mmu.sizeLog2;
  return { va, pa: mmu.pa, fault: undefined, allowed, size, attributes: mmu.attr, global: !mmu.nG, steps, text };
}
