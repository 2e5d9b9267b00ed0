import type { DeviceTreeNode } from '../device-node.js';
import { isPattern, matchesName } from '../path.js';
import { MAX_CELLS, ranges, reg } from './cells.js';
import { functionCall } from './function.js';
import { KNOWN } from './known.js';
import * as record from './records.js';
import { flag, list, one, string, strings, text } from './scalars.js';
import type { AnyType } from './value-type.js';

/** Types in the order they are tried; the first that fits the bytes is the value's type, the others its alternatives. */
type Types = readonly AnyType[];

/** One line of the table: which properties, of which nodes, and their types. Names are patterns with `*` and `?`. */
export interface TypeRow {
  readonly name: string;
  /** The node's name; any when not given. */
  readonly node?: string;
  /** The parent's name; any when not given. */
  readonly parent?: string;
  readonly types: Types | ((node: DeviceTreeNode) => Types);
}

const u32 = one('u32');
const u64 = one('u64');
const u32s = list('u32');
const f32 = one('f32');
const fourcc = one('fourcc');
const fourccs = list('fourcc');

const cells = (node: DeviceTreeNode | undefined, name: string): number | undefined => {
  const count = node?.u32(name);
  return count === undefined || count > MAX_CELLS ? undefined : count;
};

/** `reg` counts in the parent's cells. */
const regTypes = (node: DeviceTreeNode): Types => {
  const address = cells(node.parent, '#address-cells');
  const size = cells(node.parent, '#size-cells');
  return address === undefined || size === undefined ? [] : [reg(address, size)];
};

/** `ranges` counts in the node's own cells, except for the address on the parent's side. */
const rangesTypes = (node: DeviceTreeNode): Types => {
  const own = cells(node, '#address-cells');
  const parent = cells(node.parent, '#address-cells');
  const size = cells(node, '#size-cells');
  return own === undefined || parent === undefined || size === undefined ? [flag] : [flag, ranges(own, parent, size)];
};

/**
 * The one table of property types. The first line that fits wins, so exceptions stand before rules.
 *
 * Sources: xnu `pexpert` and IOKit for what the kernel reads; AsahiLinux/m1n1 `adt.py` for pmgr, GPU, DAPF and PCIe.
 */
export const TYPE_TABLE: readonly TypeRow[] = [
  // Whole memory, not a place on the root's bus: two u64 once the boot loader has filled it in.
  { name: 'reg', node: 'memory', types: [record.memoryRanges] },
  { name: 'reg', node: 'pram', types: [record.memoryRanges] },
  { name: 'reg', node: 'vram', types: [record.memoryRanges] },
  { name: 'reg', types: regTypes },
  { name: 'ranges', types: rangesTypes },

  ...Object.entries<Types>(KNOWN).map(([name, types]) => ({ name, types })),
  { name: 'function-*', types: [functionCall] },
  { name: 'certificate-*', node: 'chosen', types: [u32] },
  { name: 'effective-*', node: 'chosen', types: [u32] },

  { name: 'kernel-only', node: 'memory-map', parent: 'chosen', types: [string] },
  { name: '*', node: 'memory-map', parent: 'chosen', types: [record.memoryRanges] },
  { name: '*', node: 'amcc*', parent: 'amcc', types: [u32, string] },

  // /cpus. Frequencies are u32 in firmware trees, u64 when a loader wrote them so.
  { name: 'state', parent: 'cpus', types: [text(8), string] },
  { name: '*-frequency', parent: 'cpus', types: [u32, u64] },
  { name: '*-reg', parent: 'cpus', types: [record.memoryRanges] },
  { name: 'reg-private', parent: 'cpus', types: [u64] },

  { name: 'clock-frequencies', node: 'arm-io', types: [u32s] },
  { name: 'clock-frequencies-regs', node: 'arm-io', types: [list('u64')] },
  { name: 'clock-frequencies-nclk', node: 'arm-io', types: [u32s] },
  { name: 'acc-impl', node: 'arm-io', types: [record.memoryRanges] },
  { name: 'cpm-impl', node: 'arm-io', types: [record.memoryRanges] },
  { name: 'soc-generation', node: 'arm-io', types: [string, text(4)] },

  { name: 'devices', node: 'pmgr', types: [record.pmgrDevices] },
  { name: 'clocks', node: 'pmgr', types: [record.pmgrClocks] },
  { name: 'power-domains', node: 'pmgr', types: [record.pmgrPowerDomains, record.pmgrPowerDomains20] },
  { name: 'events', node: 'pmgr', types: [record.pmgrEvents] },
  { name: 'ps-regs', node: 'pmgr', types: [record.pmgrPsRegisters] },
  { name: 'ps-groups', node: 'pmgr', types: [record.pmgrPsRegisters] },
  { name: 'perf-regs', node: 'pmgr', types: [record.pmgrPerfRegisters] },
  { name: 'pwrgate-regs', node: 'pmgr', types: [record.pmgrPowerGateRegisters] },
  { name: 'ap-wake-sources', node: 'pmgr', types: [record.wakeSources] },
  { name: 'clusters', node: 'pmgr', types: [u32s] },
  { name: 'voltage-states*', types: [u32s] },
  { name: 'events', node: '*clpc', types: [u32s] },
  { name: 'devices', node: '*clpc', types: [u32s] },
  { name: 'devices', node: 'soc-tuner', types: [u32s] },
  { name: 'device-set-*', node: 'soc-tuner', types: [u32s] },
  { name: 'mcc-configs', node: 'soc-tuner', types: [u32s] },
  { name: 'dramcfg-data', node: 'mcc', types: [u32s] },
  { name: 'config-data', node: 'mcc', types: [u32s] },

  { name: 'perf-states*', node: 'sgx', types: [record.gpuPerfStates] },
  { name: '*-kp', node: 'sgx', types: [f32] },
  { name: '*-kp-1', node: 'sgx', types: [f32] },
  { name: '*-ki', node: 'sgx', types: [f32] },
  { name: '*-ki-*', node: 'sgx', types: [f32] },
  { name: '*-gain*', node: 'sgx', types: [f32] },
  { name: '*-scale*', node: 'sgx', types: [f32] },

  { name: 'apcie-*-tunables', types: [record.tunables] },
  // The size of a record depends on the chip. Sizes are told apart by divisibility; 728 bytes fit two of them.
  { name: 'dapf-instance-*', types: [record.dapf52, record.dapf56, record.dapf55] },

  { name: 'speaker-config', node: 'audio-*', types: [record.speakerConfigs] },
  { name: 'identifier', parent: 'aop-audio', types: [fourcc, fourccs] },
  { name: 'clockSource', parent: 'aop-audio', types: [fourcc, fourccs] },
  { name: 'audio-stream-formatter', types: [fourcc] },

  { name: 'info-*name*', node: '*pmu*', types: [string] },
  { name: 'info-*', node: '*pmu*', types: [u32s] },
  { name: 'required-functions', types: [strings] },
];

/** A line with its patterns made ready. */
interface ReadyRow {
  readonly row: TypeRow;
  readonly matches: (node: DeviceTreeNode) => boolean;
}

const matcher = (pattern: string): ((name: string) => boolean) =>
  isPattern(pattern) ? name => matchesName(pattern, name) : name => name === pattern;

const READY: readonly ReadyRow[] = TYPE_TABLE.map(row => {
  const node = row.node === undefined ? undefined : matcher(row.node);
  const parent = row.parent === undefined ? undefined : matcher(row.parent);
  return {
    row,
    matches: at => (node === undefined || node(at.name)) && (parent === undefined || parent(at.parent?.name ?? '')),
  };
});

/** Lines whose name fits, per property name seen; forgotten when hostile input makes it grow. */
const candidates = new Map<string, readonly ReadyRow[]>();

function candidatesFor(name: string): readonly ReadyRow[] {
  let rows = candidates.get(name);
  if (rows === undefined) {
    rows = READY.filter(({ row }) => matchesName(row.name, name));
    if (candidates.size >= 8192) candidates.clear();
    candidates.set(name, rows);
  }
  return rows;
}

const NONE: Types = [];

/** Whether the table has a line for a property of a node, even if it leaves the type open. */
export const isKnown = (node: DeviceTreeNode, name: string): boolean =>
  candidatesFor(name).some(({ matches }) => matches(node));

/** The types that the table gives a property of a node; empty when it has no line for it or no type in this place. */
export function tableTypes(node: DeviceTreeNode, name: string): Types {
  for (const { row, matches } of candidatesFor(name))
    if (matches(node)) return typeof row.types === 'function' ? row.types(node) : row.types;
  return NONE;
}
