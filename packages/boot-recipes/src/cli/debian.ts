import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Recipe, RecipeOptions } from '../recipes/recipe.js';

/** Files that Debian's packages may have. */
type DebianInput = 'kernel' | 'initrd';

/**
 * The recipe's files that were not given, from where Debian's packages put them, as far as they are there. A RAM disk
 * goes with Debian's kernel only.
 *
 * @param given names of the files that were given
 */
export async function debianFiles(
  recipe: Recipe,
  given: readonly DebianInput[],
  info: (line: string) => void,
): Promise<Pick<RecipeOptions, DebianInput>> {
  const found: { kernel?: Uint8Array; initrd?: Uint8Array } = {};
  for (const { option, debian } of recipe.inputs) {
    if (option !== 'kernel' && option !== 'initrd') continue;
    if (given.includes(option) || given.includes('kernel')) continue;
    const path = debian?.paths.find(candidate => existsSync(candidate));
    if (path === undefined) continue;
    info(`--${option} ${path}`);
    found[option] = new Uint8Array(await readFile(path));
  }
  return found;
}
