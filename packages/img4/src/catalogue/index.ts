import { COMPONENTS } from './components.js';
import { PROPERTIES, type PropertyType } from './properties.js';
import type { CatalogueSource } from './source.js';

export type { PropertyType } from './properties.js';
export type { CatalogueSource } from './source.js';

/** What is known of a four-character code. */
export interface CatalogueEntry {
  readonly code: string;
  /** `component`: an IM4P type and a section of tickets. The others say where the property stands. */
  readonly place: 'component' | (typeof PROPERTIES)[number][1];
  readonly meaning: string;
  readonly source: CatalogueSource;
  /** For a component: its key in a BuildManifest, when it has one. */
  readonly manifestKey?: string;
  /** For a property: the type of its value. */
  readonly type?: PropertyType;
}

/**
 * Every four-character code that this package can name.
 *
 * @example
 * ```ts
 * import { CATALOGUE } from 'img4';
 *
 * const kernel = CATALOGUE.find(entry => entry.code === 'krnl');
 * if (kernel?.manifestKey !== 'KernelCache') throw new Error('not in the catalogue');
 * ```
 */
export const CATALOGUE: readonly CatalogueEntry[] = [
  ...COMPONENTS.map(
    ([code, manifestKey, meaning, source]): CatalogueEntry => ({
      code,
      place: 'component',
      meaning,
      source,
      ...(manifestKey === undefined ? {} : { manifestKey }),
    }),
  ),
  ...PROPERTIES.map(([code, place, type, meaning, source]): CatalogueEntry => ({ code, place, type, meaning, source })),
];

const MEANINGS = new Map(CATALOGUE.map(entry => [`${entry.place === 'component'} ${entry.code}`, entry.meaning]));

/**
 * The meaning of a code, if it is in the catalogue.
 *
 * @example
 * ```ts
 * import { meaningOf } from 'img4';
 *
 * if (meaningOf('property', 'ECID') === undefined) throw new Error('not in the catalogue');
 * ```
 */
export function meaningOf(kind: 'component' | 'property', code: string): string | undefined {
  return MEANINGS.get(`${kind === 'component'} ${code}`);
}

/**
 * The component type for a BuildManifest key, such as `KernelCache`.
 *
 * @example
 * ```ts
 * import { componentForKey } from 'img4';
 *
 * if (componentForKey('KernelCache') !== 'krnl') throw new Error('not in the catalogue');
 * ```
 */
export function componentForKey(manifestKey: string): string | undefined {
  return COMPONENTS.find(([, key]) => key === manifestKey)?.[0];
}
