import { applyPatches, openCollection, PATCH_SETS, type PatchSet } from 'macho-kc';
import { BootError } from '../error.js';

/** A patch that was found, verified and applied. */
export interface AppliedPatch {
  /** Set and patch, as `kprintf-on.flag`. */
  readonly name: string;
  readonly reason: string;
  /** How the place was found: `symbol`, `string`, `bytes`, … */
  readonly foundBy: string;
  /** Unslid virtual addresses, or offsets in the file; hexadecimal. */
  readonly places: readonly string[];
}

/** The kernel with sets of patches applied to a copy, together or not at all; without sets the same bytes. */
export function patchKernel(
  bytes: Uint8Array,
  sets: readonly PatchSet[],
): { readonly bytes: Uint8Array; readonly applied: readonly AppliedPatch[] } {
  if (sets.length === 0) return { bytes, applied: [] };
  const report = applyPatches(openCollection(bytes), sets);
  return {
    bytes: report.bytes,
    applied: report.results.map(({ set, patch, reason, foundBy, changes }) => ({
      name: `${set}.${patch}`,
      reason,
      foundBy: foundBy ?? 'nothing',
      places: changes.map(({ address, offset }) => `0x${(address ?? BigInt(offset)).toString(16)}`),
    })),
  };
}

/**
 * A set of patches by the name of a built-in set of macho-kc or, when `json` is given, from its text.
 *
 * @throws {@link BootError} `bad-option` for an unknown name, `bad-value` for what is no set of patches
 * @example
 * ```ts
 * import { patchSet } from 'boot-recipes';
 *
 * const set = patchSet('kprintf-on');
 * if (set.patches.length === 0) throw new Error('nothing to patch');
 * ```
 */
export function patchSet(name: string, json?: Uint8Array): PatchSet {
  if (json === undefined) {
    const set = PATCH_SETS.get(name);
    if (set !== undefined) return set;
    const names = [...PATCH_SETS.keys()].join(', ');
    throw new BootError('bad-option', `"${name}" is no file and no set of patches; there are ${names}`, {
      path: 'patch',
    });
  }
  const wrong = (reason: string, cause?: unknown): BootError =>
    new BootError('bad-value', reason, { path: name, ...(cause === undefined ? {} : { cause }) });
  let value: unknown;
  try {
    // Addresses in JSON are text, as numbers have not enough bits for them.
    value = JSON.parse(new TextDecoder().decode(json), (key, field: unknown) =>
      key === 'address' && typeof field === 'string' ? BigInt(field) : field,
    );
  } catch (cause) {
    throw wrong('not JSON', cause);
  }
  const set = value as Partial<PatchSet> | null;
  if (typeof set?.name !== 'string' || !Array.isArray(set.patches))
    throw wrong('a set of patches is {"name": …, "patches": […]}');
  for (const [i, patch] of set.patches.entries())
    if (typeof patch?.name !== 'string' || !('rewrite' in patch || (Array.isArray(patch.find) && patch.replace)))
      throw wrong(`patches[${i}] has no name, no find or no replace`);
  return { description: '', ...set } as PatchSet;
}
