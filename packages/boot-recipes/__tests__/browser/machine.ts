// The worker of ../browser.test.ts: a machine made by a recipe, or an empty one for a snapshot.
import { CPU_MODELS, createVirt } from 'arm64-emu';
import { type Endpoint, type HostedMachine, serveMachine } from 'arm64-emu/worker';
import { prepareBoot } from '../../src/boot.js';
import type { RecipeOptions } from '../../src/recipes/recipe.js';

/** What the page gives. */
export interface Wanted {
  readonly recipe?: string;
  readonly options: RecipeOptions;
}

serveMachine(globalThis as unknown as Endpoint, {
  async create(given): Promise<HostedMachine> {
    const { recipe, options } = given as Wanted;
    if (recipe === undefined) {
      const { cpu = 'max', memory, smp, mode } = options;
      const virt = createVirt({ cpu: CPU_MODELS[cpu]!, memory: memory!, smp: smp!, mode: mode! });
      return { ...virt, ports: { console: virt.serial } };
    }
    const { machine, screen } = await prepareBoot(recipe, options);
    return { ...machine.target!, ports: { console: machine.serial }, screen };
  },
});
