import { toHex } from '../bytes.js';
import { applyEdits, type EditReport, editList } from '../edit/apply.js';
import type { Edit, EditList } from '../edit/edit-list.js';
import { fail } from '../error.js';
import type { JsonValue } from '../forms/parts.js';
import type { Unresolved } from '../placeholder.js';
import type { DeviceTree } from '../tree.js';
import type { MemoryRange } from '../types/records.js';
import { newSeed, SEED_SIZE } from './experiment.js';

/** A value to set; its type comes from the type table or the bytes that are there. */
export type BootValue = string | number | bigint | Uint8Array;

/** What the boot loader knows when it hands the tree to the kernel. Addresses are physical; sizes in bytes. */
export interface BootOptions {
  /** RAM: `dram-base` and `dram-size`. */
  readonly dram?: MemoryRange | undefined;
  /** Entries of `/chosen/memory-map`: `RAMDisk`, `TrustCache`, `DeviceTree`, `BootArgs`, `Kernel-__TEXT`, … */
  readonly memoryMap?: Readonly<Record<string, MemoryRange>> | undefined;
  /** `boot-args` in `/chosen`, beside those of the `boot_args` structure. */
  readonly bootArgs?: string | undefined;
  /** At least 64 bytes that are not all zero; drawn from the platform's random source when not given. */
  readonly randomSeed?: Uint8Array | undefined;
  /** More properties of `/chosen`, such as `chip-id`, `board-id`, `firmware-version`, `debug-enabled`. */
  readonly chosen?: Readonly<Record<string, BootValue>> | undefined;
  /** Properties of the root, such as `serial-number` or `platform-name`. */
  readonly root?: Readonly<Record<string, BootValue>> | undefined;
  /** NVRAM image: `nvram-proxy-data`, `nvram-total-size`, and `nvram-bank-size` for kernels of macOS 12 and later. */
  readonly nvram?: Uint8Array | undefined;
  /** Name of the boot CPU's node below `/cpus`; `cpu0` when not given. `false` leaves the CPUs alone. */
  readonly bootCpu?: string | false | undefined;
  /** Clocks of the boot CPU in Hz by name without `-frequency`; 24 MHz `timebase` when not given. */
  readonly clocks?: Readonly<Record<string, number>> | undefined;
  /** Panic log memory: `/pram reg`. */
  readonly pram?: MemoryRange | undefined;
  /** Frame buffer memory: `/vram reg`. */
  readonly vram?: MemoryRange | undefined;
  /** System configuration records by four-character key. */
  readonly syscfg?: Readonly<Record<string, string | Uint8Array>> | undefined;
  /** MAC addresses by variable, such as `wifiaddr`: 6 bytes each. */
  readonly macaddr?: Readonly<Record<string, Uint8Array>> | undefined;
  /** What becomes of placeholders that nothing resolves; `drop` when not given. */
  readonly unresolved?: Unresolved | undefined;
}

const json = (value: BootValue): JsonValue =>
  value instanceof Uint8Array ? { hex: toHex(value) } : typeof value === 'bigint' ? `0x${value.toString(16)}` : value;

/** Numbers go in as numbers, of four bytes unless the table or the present value says eight. */
const set = (node: string, property: string, value: BootValue, reason: string): Edit => ({
  op: 'set',
  node,
  property,
  value: json(value),
  ...(typeof value === 'bigint' && { type: 'u64' }),
  reason,
});

/**
 * What the boot loader does to a firmware tree before it hands it to XNU, as an edit list with reasons: placeholders are
 * resolved and their flag cleared, `/chosen` and its memory map are filled in, the boot CPU is marked.
 *
 * @throws {@link DeviceTreeError} `bad-value` when the seed is short or all zero
 */
export function bootEdits(options: BootOptions): EditList {
  const { randomSeed = newSeed(), unresolved = 'drop', bootCpu = 'cpu0', clocks = { timebase: 24_000_000 } } = options;
  if (randomSeed.length < SEED_SIZE || randomSeed.every(byte => byte === 0))
    throw fail('bad-value', `the random seed needs ${SEED_SIZE} bytes that are not all zero`, {
      path: '/chosen.random-seed',
    });
  const syscfg = Object.fromEntries(Object.entries(options.syscfg ?? {}).map(([key, value]) => [key, json(value)]));
  const macaddr = Object.fromEntries(
    Object.entries(options.macaddr ?? {}).map(([name, value]) => [name, toHex(value)]),
  );
  const range = ({ address, size }: MemoryRange): JsonValue => [
    { address: `0x${address.toString(16)}`, size: `0x${size.toString(16)}` },
  ];
  const edits: Edit[] = [
    {
      op: 'resolve-placeholders',
      optional: true,
      unresolved,
      syscfg,
      macaddr,
      reason: 'XNU takes bit 31 for a part of the length and panics',
    },
    set('/chosen', 'random-seed', randomSeed, 'XNU panics with less than 64 bytes, and zeroes them after use'),
  ];
  if (options.dram !== undefined)
    edits.push(
      set('/chosen', 'dram-base', options.dram.address, 'read at start on macOS kernels'),
      set('/chosen', 'dram-size', options.dram.size, 'read at start on macOS kernels'),
    );
  if (options.bootArgs !== undefined)
    edits.push({
      op: 'set',
      node: '/chosen',
      property: 'boot-args',
      type: 'string',
      value: options.bootArgs,
      reason: 'command line',
    });
  if (options.nvram !== undefined)
    edits.push(
      set('/chosen', 'nvram-total-size', options.nvram.length, 'size of the NVRAM image'),
      set('/chosen', 'nvram-bank-size', options.nvram.length, 'the same, for kernels of macOS 12 and later'),
      set('/chosen', 'nvram-proxy-data', options.nvram, 'NVRAM image'),
    );
  for (const [name, value] of Object.entries(options.chosen ?? {}))
    edits.push(set('/chosen', name, value, 'asked for'));
  for (const [name, value] of Object.entries(options.root ?? {})) edits.push(set('/', name, value, 'asked for'));
  for (const [name, { address, size }] of Object.entries(options.memoryMap ?? {}))
    edits.push({
      op: 'memory-map',
      name,
      address: `0x${address.toString(16)}`,
      size: `0x${size.toString(16)}`,
      reason: 'where the loader put it',
    });
  for (const [name, memory] of Object.entries({ pram: options.pram, vram: options.vram }))
    if (memory !== undefined)
      edits.push({
        op: 'set',
        node: `/${name}`,
        property: 'reg',
        type: 'memory-range[]',
        value: range(memory),
        make: true,
        reason: 'memory that the loader set aside',
      });
  if (bootCpu !== false) {
    const node = `/cpus/${bootCpu}`;
    edits.push({
      op: 'set',
      node,
      property: 'state',
      type: 'string',
      value: 'running',
      reason: 'the CPU that enters the kernel',
    });
    for (const [name, hertz] of Object.entries(clocks))
      edits.push({
        op: 'set',
        node,
        property: `${name}-frequency`,
        type: 'u64',
        value: hertz,
        reason: 'clock of the boot CPU',
      });
  }
  return editList(edits, 'boot loader');
}

/**
 * Prepares a firmware tree in place for handing it to XNU, and reports what was done, with an inverse.
 *
 * @example
 * ```ts
 * import { createTree, prepareForBoot } from 'apple-devicetree';
 * const tree = createTree(); // or openTree(firmware)
 * tree.root.addNode('chosen').addNode('memory-map');
 * prepareForBoot(tree, {
 *   dram: { address: 0x800000000n, size: 0x100000000n },
 *   memoryMap: { RAMDisk: { address: 0x850000000n, size: 0x1000000n } },
 *   syscfg: { SrNm: 'C02XXXXXXXXX' },
 * });
 * ```
 */
export const prepareForBoot = (tree: DeviceTree, options: BootOptions = {}): EditReport =>
  applyEdits(tree, bootEdits(options));
