import type { CliCommand } from '@internal/binary/cli';
import { findRecipe } from '../recipes/index.js';
import { prepare } from './prepare.js';
import { RECIPE_OPTIONS, recipeOptions } from './recipe-options.js';

/** `boot-recipes plan RECIPE` */
export const plan: CliCommand = {
  name: 'plan',
  args: '<recipe>',
  summary: 'say what a boot would put where, and what it would change in the files, without running anything',
  options: RECIPE_OPTIONS,
  examples: [
    'boot-recipes plan sample',
    'boot-recipes plan xnu-vmapple-source --kernel kernel --initrd ramdisk.img --smp 4 --json',
  ],
  async run(context, args, options) {
    const recipe = findRecipe(String(args[0]));
    const prepared = await prepare(context, recipe, await recipeOptions(context, recipe, options));
    context.result({ recipe: recipe.name, ...prepared.plan }, prepared.planText);
  },
};
