import { findRecipe } from './recipes/index.js';
import type { PreparedBoot, RecipeOptions } from './recipes/recipe.js';
import { type BootResult, BootSession, type RunOptions } from './session.js';

/**
 * Prepares a boot: reads the files, decides where everything goes and fills the machine's memory.
 *
 * @throws BootError `unknown-recipe`, `missing-input`, `bad-option`, `placement`; errors of the package that reads a
 * damaged file
 * @example
 * ```ts
 * import { prepareBoot } from 'boot-recipes';
 *
 * const { planText, machine } = await prepareBoot('sample', {});
 * if (!planText.includes('topOfKernelData') || machine.executed !== 0) throw new Error('nothing has run yet');
 * ```
 */
export async function prepareBoot(recipe: string, options: RecipeOptions): Promise<PreparedBoot> {
  return findRecipe(recipe).prepare(options);
}

/**
 * Boots a recipe and runs it to its end: `until` matches, the guest switches itself off or asks for a reset, the
 * timeout passes, or nothing can happen any more.
 *
 * @example
 * ```ts
 * import { boot } from 'boot-recipes';
 *
 * const { reason } = await boot('sample', { append: '-s', send: ['echo done'], until: /^done/m, timeout: 60 });
 * if (reason !== 'until') throw new Error(reason);
 * ```
 */
export async function boot(recipe: string, options: RecipeOptions & RunOptions = {}): Promise<BootResult> {
  return new BootSession(await prepareBoot(recipe, options), options).run();
}
