import { cpuRules } from './cpu.js';
import { deviceRules } from './device.js';
import { formatRules } from './format.js';
import { memoryRules } from './memory.js';
import type { XnuRule } from './rule.js';
import { securityRules } from './security.js';

export type { Certainty, Finding, Severity, ValidateOptions, XnuRule } from './rule.js';

/** Everything that {@link validateForXnu} checks. */
export const XNU_RULES: readonly XnuRule[] = [
  ...formatRules,
  ...memoryRules,
  ...deviceRules,
  ...cpuRules,
  ...securityRules,
];
