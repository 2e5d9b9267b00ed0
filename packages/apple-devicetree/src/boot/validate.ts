import type { DeviceTree } from '../tree.js';
import { type Finding, type Severity, type ValidateOptions, XNU_RULES, type XnuRule } from './rules/index.js';

/** A rule that a tree breaks, and where. */
export interface XnuProblem extends Finding, Omit<XnuRule, 'id' | 'check'> {
  /** Id of the rule, such as `placeholder`. */
  readonly rule: string;
}

const ORDER: readonly Severity[] = ['panic', 'hang', 'warning'];

/**
 * What in a tree would make XNU panic, hang or misbehave on an A12-class machine, and why; the worst first. Empty when
 * nothing is wrong.
 *
 * @example
 * ```ts
 * import { createTree, validateForXnu } from 'apple-devicetree';
 * for (const { severity, path, message, reason } of validateForXnu(createTree()))
 *   if (severity === 'panic') console.log(`${path} ${message}: ${reason}`);
 * ```
 */
export function validateForXnu(tree: DeviceTree, options: ValidateOptions = {}): XnuProblem[] {
  const problems: XnuProblem[] = [];
  for (const { id, check, ...rule } of XNU_RULES)
    for (const finding of check(tree, options)) problems.push({ rule: id, ...rule, ...finding });
  return problems.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}
