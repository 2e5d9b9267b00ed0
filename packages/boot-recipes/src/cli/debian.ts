import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Recipe, RecipeOptions } from '../recipes/recipe.js';

/** The recipe's files from where Debian's packages put them, as far as they are there. */
export async function debianFiles(recipe: Recipe, info: (line: string) => void): Promise<RecipeOptions> {
  const found: { kernel?: Uint8Array; initrd?: Uint8Array } = {};
  for (const { option, debian } of recipe.inputs) {
    const path = debian?.paths.find(candidate => existsSync(candidate));
    if (path === undefined) continue;
    info(`--${option} ${path}`);
    found[option] = new Uint8Array(await readFile(path));
  }
  return found;
}
