import { type EditList, editList, openTree } from 'apple-devicetree';
import { BootError } from '../error.js';
import { unwrapPayload } from '../xnu/payload.js';
import type { RecipeOptions } from './recipe.js';

/** Most CPUs that the machines have. */
const MOST_CPUS = 8;

/** How many CPUs: as asked for, or as the tree describes; and what must leave the tree for that. */
export function cpusOf(options: RecipeOptions): { cpus: number; boardEdits?: EditList } {
  const { smp, deviceTree } = options;
  if (smp !== undefined && (!Number.isInteger(smp) || smp < 1 || smp > MOST_CPUS))
    throw new BootError('bad-option', `${smp} CPUs; 1 to ${MOST_CPUS} are possible`, { path: 'smp' });
  if (deviceTree === undefined) return { cpus: smp ?? 1 };
  const nodes = openTree(unwrapPayload(deviceTree, 'devicetree', ['dtre', 'rdtr'])).find('/cpus')?.children ?? [];
  const cpus = smp ?? Math.max(1, Math.min(nodes.length, MOST_CPUS));
  if (cpus > nodes.length)
    throw new BootError('bad-option', `${cpus} CPUs; the device tree describes ${nodes.length}`, { path: 'smp' });
  const surplus = nodes.slice(cpus).map(node => ({
    op: 'remove-node' as const,
    node: node.path,
    reason: 'the machine has no such CPU',
  }));
  return surplus.length === 0 ? { cpus } : { cpus, boardEdits: editList(surplus, 'board') };
}
