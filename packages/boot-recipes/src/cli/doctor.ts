import type { CliCommand } from '@internal/binary/cli';
import { examine } from '../diagnosis/doctor.js';
import { findRecipe } from '../recipes/index.js';
import type { RecipeOption } from '../recipes/recipe.js';
import { flagOf, RECIPE_OPTIONS, recipeOptions } from './recipe-options.js';

/** `boot-recipes doctor RECIPE` */
export const doctor: CliCommand = {
  name: 'doctor',
  args: '<recipe>',
  summary: 'look at the files of a boot and say what is wrong with them, without running anything',
  options: RECIPE_OPTIONS,
  examples: [
    'boot-recipes doctor macos-11.0.1b1-t8020 --kernel kernelcache.im4p --devicetree DeviceTree.im4p --initrd ramdisk.dmg',
    '',
    'Exit codes: 0 nothing is wrong (there may be warnings), 1 something is.',
  ],
  async run(context, args, options) {
    const recipe = findRecipe(String(args[0]));
    const checks = (await examine(recipe, await recipeOptions(context, recipe, options))).map(check => ({
      ...check,
      input: check.input === 'boot' ? 'boot' : flagOf(check.input as RecipeOption),
    }));
    const failed = checks.some(({ level }) => level === 'error');
    context.result({ recipe: recipe.name, ok: !failed, checks }, () =>
      checks.map(({ level, input, message }) => `${level.padEnd(7)} ${input}: ${message}`).join('\n'),
    );
    return failed ? 1 : 0;
  },
};
