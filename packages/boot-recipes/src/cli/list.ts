import type { CliCommand } from '@internal/binary/cli';
import { RECIPES } from '../recipes/index.js';
import { flagOf } from './recipe-options.js';

/** `boot-recipes list` */
export const list: CliCommand = {
  name: 'list',
  summary: 'list the recipes: what each boots, on what, and which files it takes',
  examples: ['boot-recipes list', 'boot-recipes list --json'],
  async run(context) {
    const value = RECIPES.map(({ name, summary, explanation, inputs, options }) => ({
      name,
      summary,
      explanation,
      inputs: inputs.map(({ option, required, what, debian }) => ({
        option: flagOf(option),
        required,
        what,
        ...(debian === undefined ? {} : { debianPackage: debian.package, debianPaths: debian.paths }),
      })),
      options: options.map(flagOf),
    }));
    context.result({ recipes: value }, () =>
      RECIPES.map(recipe => {
        const inputs = recipe.inputs.map(
          ({ option, required, what, debian }) =>
            `    --${flagOf(option)}${required ? ' (needed)' : ''}: ${what}${debian ? `; Debian: ${debian.package}` : ''}`,
        );
        return [`${recipe.name}: ${recipe.summary}`, `    ${recipe.explanation}`, ...inputs].join('\n');
      }).join('\n\n'),
    );
  },
};
