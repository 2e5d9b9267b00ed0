import type { CliContext } from '@internal/binary/cli';
import { diagnosisText } from '../diagnosis/diagnose.js';
import { explainRefusal } from '../diagnosis/refusals.js';
import type { PreparedBoot, Recipe, RecipeOptions } from '../recipes/recipe.js';

/** Prepares a boot; what is refused is explained before the error itself is reported. */
export async function prepare(context: CliContext, recipe: Recipe, options: RecipeOptions): Promise<PreparedBoot> {
  try {
    return await recipe.prepare(options);
  } catch (error) {
    const refusal = explainRefusal(error);
    if (refusal !== undefined) context.info(diagnosisText([refusal]));
    throw error;
  }
}
