import type { Cpu } from '../cpu/cpu.js';
import type { TranslationReport } from '../cpu/explain.js';
import { Access } from '../cpu/walk.js';
import type { Engine } from '../engine/engine.js';
import type { Machine } from '../machine/machine.js';
import { HostAccess } from '../record/host-access.js';
import { EmulatorError } from './error.js';

const PAGE = 4096;

/**
 * Memory of a machine as a debugger sees it: RAM and ROM, by physical or virtual address, whatever the permissions. What is
 * written is recorded, see {@link HostAccess}.
 *
 * @example
 * new GuestMemory(virt).readPhysical(0x40080000, 64);
 */
export class GuestMemory {
  private readonly engine: Engine;
  private readonly host: HostAccess;

  constructor(target: { readonly machine: Machine; readonly engine: Engine }) {
    this.engine = target.engine;
    this.host = HostAccess.of(target);
  }

  /** Copies `size` bytes at a physical address; throws {@link EmulatorError} `fault` unless all are RAM or ROM. */
  readPhysical(address: number, size: number): Uint8Array {
    const view = this.engine.memory.view(address, size);
    if (view === undefined) throw nothing(address, size);
    return view.slice();
  }
  /** Copies bytes to a physical address, ROM included. */
  writePhysical(address: number, bytes: Uint8Array): void {
    if (!this.host.writeMemory(address, bytes)) throw nothing(address, bytes.length);
  }

  /** Copies `size` bytes at a virtual address of a CPU whose state is in place. */
  read(cpu: Cpu, address: bigint, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    for (const { at, length, pa } of pieces(cpu, address, size)) bytes.set(this.readPhysical(pa, length), at);
    return bytes;
  }
  /** Copies bytes to a virtual address; nothing is written when part of it does not translate. */
  write(cpu: Cpu, address: bigint, bytes: Uint8Array): void {
    for (const { at, length, pa } of [...pieces(cpu, address, bytes.length)])
      this.writePhysical(pa, bytes.subarray(at, at + length));
  }
}

/** What an access of a CPU at exception level `el` would meet. */
export function translation(
  cpu: Cpu,
  address: bigint,
  access: 'read' | 'write' | 'fetch' = 'read',
  el: number = cpu.el,
): TranslationReport {
  return cpu.explain(BigInt.asUintN(64, address), Access[access], el);
}

/** Physical address that a virtual one has, permissions aside; undefined when it does not translate. */
export function physicalOf(cpu: Cpu, address: bigint): number | undefined {
  return cpu.explain(BigInt.asUintN(64, address), 0, 1).pa;
}

/** The parts of a range in different pages. */
function* pieces(cpu: Cpu, address: bigint, size: number): Generator<{ at: number; length: number; pa: number }> {
  for (let at = 0; at < size; ) {
    const va = BigInt.asUintN(64, address + BigInt(at));
    const length = Math.min(size - at, PAGE - Number(va & 0xfffn));
    const report = cpu.explain(va, 0, 1);
    if (report.pa === undefined) throw new EmulatorError('fault', report.text);
    yield { at, length, pa: report.pa };
    at += length;
  }
}

function nothing(address: number, size: number): EmulatorError {
  return new EmulatorError('fault', `${size} bytes at physical 0x${address.toString(16)} are not RAM or ROM`);
}
