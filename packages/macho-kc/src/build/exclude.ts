import { bundleLibraries } from '../collection/prelink-info.js';
import { asText } from '../plist/value.js';
import { kextId } from './inputs.js';
import type { KextInput } from './types.js';

/** A kext that is left out, and why. */
export interface Excluded {
  readonly id: string;
  readonly reason: string;
}

/** Which kexts are linked, which are not. */
export interface Selection {
  readonly kexts: readonly KextInput[];
  readonly excluded: readonly Excluded[];
}

/** A kext's own reason to be left out; undefined to keep it. */
export type ExclusionRule = (kext: KextInput) => string | undefined;

/** Leaves out kexts that start early (`OSBundleRequired` Root or Console) and need ACPI, which Apple silicon has not. */
export const needsAcpi =
  (architecture: string): ExclusionRule =>
  kext => {
    const required = asText(kext.info.get('OSBundleRequired'));
    const early = required === 'Root' || required === 'Console';
    const library = 'com.apple.iokit.IOACPIFamily';
    return early && bundleLibraries(kext.info, architecture).some(d => d.id === library)
      ? `depends on ${library}`
      : undefined;
  };

/** Leaves out kexts of these bundle ids. */
export const elided =
  (ids: ReadonlySet<string>): ExclusionRule =>
  kext =>
    ids.has(kextId(kext)) ? 'excluded by name' : undefined;

/**
 * Applies rules, and then leaves out what depends on what was left out, and so on: each with its reason.
 *
 * @example
 * const { kexts, excluded } = excludeKexts(all, [needsAcpi('arm64e')], 'arm64e');
 */
export function excludeKexts(
  all: readonly KextInput[],
  rules: readonly ExclusionRule[],
  architecture: string,
): Selection {
  const gone = new Map<string, string>();
  for (const kext of all)
    for (const rule of rules) {
      const reason = rule(kext);
      if (reason !== undefined && !gone.has(kextId(kext))) gone.set(kextId(kext), reason);
    }
  for (let more = true; more; ) {
    more = false;
    for (const kext of all) {
      const id = kextId(kext);
      if (gone.has(id)) continue;
      const library = bundleLibraries(kext.info, architecture).find(d => gone.has(d.id));
      if (library === undefined) continue;
      gone.set(id, `depends on ${library.id}, which is left out`);
      more = true;
    }
  }
  return {
    kexts: all.filter(kext => !gone.has(kextId(kext))),
    excluded: [...gone].map(([id, reason]) => ({ id, reason })),
  };
}
