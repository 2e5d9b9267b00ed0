import { type CliCommand, UsageError } from '@internal/binary/cli';
import { findRecipe } from '../recipes/index.js';
import { ipswFiles, withIpsw } from './ipsw.js';

/** The options that choose a build in an IPSW. */
export const IPSW_OPTIONS: NonNullable<CliCommand['options']> = [
  ['--ipsw <file>', 'take the files that are not given from this IPSW: a path or an http(s) address'],
  ['--device <class>', 'device class in the IPSW, such as n841ap'],
  ['--variant <text>', 'part of the name of the variant in the IPSW; the one that erases if absent'],
];

/** `boot-recipes fetch-plan RECIPE --ipsw FILE` */
export const fetchPlan: CliCommand = {
  name: 'fetch-plan',
  args: '<recipe>',
  summary: 'say which files of an IPSW a recipe takes and how large they are, without reading them',
  options: IPSW_OPTIONS,
  examples: ['boot-recipes fetch-plan macos-vmapple --ipsw UniversalMac_12.5_21G72_Restore.ipsw --json'],
  async run(context, args, options) {
    const recipe = findRecipe(String(args[0]));
    const files = ipswFiles(recipe);
    if (options.ipsw === undefined) throw new UsageError('--ipsw is needed');
    if (files.length === 0) throw new UsageError(`recipe ${recipe.name} takes nothing from an IPSW`);
    await withIpsw(options, recipe, files, async ({ manifest }, components) => {
      const missing = files.filter(file => !components.some(component => component.file === file));
      const total = components.reduce((sum, { compressedSize }) => sum + compressedSize, 0);
      const { productVersion: version, buildVersion: build } = manifest;
      context.result({ recipe: recipe.name, version, build, components, missing, bytes: total }, () =>
        [
          `${version ?? '?'} (${build ?? '?'})`,
          ...components.map(
            c => `  ${c.file}: ${c.path}, ${c.component}, ${c.size} bytes (${c.compressedSize} in the archive)`,
          ),
          ...missing.map(file => `  ${file}: not in this build`),
          `${total} bytes to read`,
        ].join('\n'),
      );
    });
  },
};
