import { BootError } from '../error.js';
import { linux } from './linux.js';
import { macosT8020 } from './macos-t8020.js';
import { macosVmapple } from './macos-vmapple.js';
import type { Recipe } from './recipe.js';
import { sample } from './sample.js';
import { virt } from './virt.js';
import { xnuVmappleSource } from './xnu-vmapple-source.js';

/** Every recipe, in the order of `boot-recipes list`. */
export const RECIPES: readonly Recipe[] = [sample, linux, virt, xnuVmappleSource, macosT8020, macosVmapple];

/**
 * The recipe of that name.
 *
 * @throws BootError `unknown-recipe`
 * @example
 * ```ts
 * import { findRecipe } from 'boot-recipes';
 *
 * const kernel = findRecipe('linux').inputs[0];
 * if (!kernel?.required || kernel.debian === undefined) throw new Error('where Debian has one is known');
 * ```
 */
export function findRecipe(name: string): Recipe {
  const recipe = RECIPES.find(candidate => candidate.name === name);
  if (recipe === undefined)
    throw new BootError('unknown-recipe', `"${name}"; there are ${RECIPES.map(r => r.name).join(', ')}`, {
      path: 'recipe',
    });
  return recipe;
}
