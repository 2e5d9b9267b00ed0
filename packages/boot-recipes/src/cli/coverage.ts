import { type CliContext, UsageError } from '@internal/binary/cli';
import { Coverage, type CoverageModule } from 'arm64-emu';
import type { PreparedBoot } from '../recipes/recipe.js';

/** `NAME=ADDRESS+SIZE` */
const MODULE = /^([^=]+)=(0x[0-9a-f]+|\d+)\+(0x[0-9a-f]+|\d+)$/i;

function parseModule(text: string): CoverageModule {
  const [, name, base, size] = MODULE.exec(text) ?? [];
  if (name === undefined || !(Number(size) > 0))
    throw new UsageError(`--module ${text}: NAME=ADDRESS+SIZE, such as kernel=0xffff800008000000+0x2000000`);
  return { name, base: BigInt(base!), size: Number(size) };
}

/**
 * Collects the blocks that a boot executes for a drcov file, if there is one to be written; to be finished when the boot has
 * ended. `modules` say where code is; by default the recipe does.
 */
export function coverBoot(
  context: CliContext,
  file: string | undefined,
  modules: readonly string[],
  { machine, modules: known }: PreparedBoot,
): { finish(): Promise<void> } {
  const given = modules.map(parseModule);
  if (file === undefined) {
    if (given.length > 0) throw new UsageError('--module goes with --coverage');
    return { finish: async () => {} };
  }
  const where = given.length > 0 ? given : (known?.() ?? []);
  if (where.length === 0) throw new UsageError('--coverage: say where code is with --module NAME=ADDRESS+SIZE');
  if (machine.target === undefined) throw new UsageError('--coverage: this machine cannot be watched');
  const coverage = new Coverage(machine.target, where);
  return {
    async finish() {
      coverage.stop();
      await context.write(file, coverage.drcov());
    },
  };
}
