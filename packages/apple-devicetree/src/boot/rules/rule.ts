import type { DeviceTreeNode } from '../../device-node.js';
import type { DeviceTree } from '../../tree.js';

/** `panic`: XNU stops. `hang`: it or a kext waits forever or resets the machine. `warning`: something will not work. */
export type Severity = 'panic' | 'hang' | 'warning';
/** Whether the rule was read in the kernel's source, inferred from runs, or is of unknown origin. */
export type Certainty = 'read' | 'inferred' | 'unknown';

/** A place that breaks a rule. */
export interface Finding {
  readonly path: string;
  readonly message: string;
}

/** Something that XNU needs in the tree, and why. */
export interface XnuRule {
  readonly id: string;
  readonly severity: Severity;
  readonly certainty: Certainty;
  readonly reason: string;
  readonly check: (tree: DeviceTree, options: ValidateOptions) => Iterable<Finding>;
}

/** What the machine has. */
export interface ValidateOptions {
  /**
   * Patterns of `compatible` texts that the machine has hardware for. When not given, those of the original experiment are
   * used for trees of the A12 family, and nothing is said about others.
   */
  readonly hardware?: readonly string[] | undefined;
}

/** Page size of the kernel, in bytes. */
export const PAGE = 0x4000n;
export const hex = (value: bigint): string => `0x${value.toString(16)}`;

/** Finds fault with a property that has to be there, and of a size in bytes. */
export function* needs(
  node: DeviceTreeNode | undefined,
  path: string,
  name: string,
  ...sizes: number[]
): Generator<Finding> {
  const property = node?.property(name);
  const at = `${path}.${name}`;
  if (property === undefined) yield { path: at, message: 'is missing' };
  else if (sizes.length > 0 && !sizes.includes(property.length))
    yield { path: at, message: `has ${property.length} bytes, not ${sizes.join(' or ')}` };
}

export const whole = (node: DeviceTreeNode | undefined, name: string): bigint | undefined => node?.u64(name);
