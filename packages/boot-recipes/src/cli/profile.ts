import { type CliContext, UsageError } from '@internal/binary/cli';
import { Profiler } from 'arm64-emu';
import type { PreparedBoot } from '../recipes/recipe.js';

/** Profiles a boot into a file, if there is one to be written; to be finished when the boot has ended. */
export function profileBoot(
  context: CliContext,
  file: string | undefined,
  { machine, symbol }: PreparedBoot,
): { finish(): Promise<void> } {
  if (file === undefined) return { finish: async () => {} };
  if (machine.target === undefined) throw new UsageError('--profile: this machine cannot be profiled');
  const profiler = new Profiler(machine.target, { symbol, name: 'boot' });
  return {
    async finish() {
      profiler.stop();
      await context.write(file, new TextEncoder().encode(`${JSON.stringify(profiler.speedscope())}\n`));
    },
  };
}
