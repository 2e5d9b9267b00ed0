import { bundleLibraries } from '../collection/prelink-info.js';
import { kextId } from './inputs.js';
import type { KextInput } from './types.js';

/** Options of {@link selectKexts}. */
export interface SelectOptions {
  /** Architecture, for `OSBundleLibraries_arch`. */
  readonly architecture: string;
  /** Bundle ids that are left out, and are no reason for an error. */
  readonly exclude?: ReadonlySet<string>;
}

/** The kexts of these bundle ids and all that they depend on, directly or not, out of those given. */
export function selectKexts(all: readonly KextInput[], ids: readonly string[], options: SelectOptions): KextInput[] {
  const byId = new Map(all.map(kext => [kextId(kext), kext]));
  const chosen = new Set<KextInput>();
  const queue = [...ids];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const kext = byId.get(id);
    if (kext === undefined || chosen.has(kext) || options.exclude?.has(id)) continue;
    chosen.add(kext);
    queue.push(...bundleLibraries(kext.info, options.architecture).map(d => d.id));
  }
  return all.filter(kext => chosen.has(kext));
}
