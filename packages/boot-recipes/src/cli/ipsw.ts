import type { CliContext, Options } from '@internal/binary/cli';
import { Ipsw, type IpswComponent, type IpswFile } from '../ipsw/ipsw.js';
import { httpSource, type RandomAccess } from '../ipsw/source.js';
import type { Recipe } from '../recipes/recipe.js';
import { fileSource } from './file-source.js';

/** The files of a recipe that an IPSW can have. */
export const ipswFiles = (recipe: Recipe): IpswFile[] =>
  recipe.inputs.filter(input => input.ipsw === true).map(input => input.option);

/** A file of this computer, or an http(s) address. */
export const openSource = (name: string): Promise<RandomAccess> =>
  /^https?:\/\//.test(name) ? httpSource(name) : fileSource(name);

/** What the options say of an IPSW: its components for the given files. Ends with the source closed. */
export async function withIpsw<T>(
  options: Options,
  recipe: Recipe,
  files: readonly IpswFile[],
  use: (ipsw: Ipsw, components: readonly IpswComponent[]) => Promise<T>,
): Promise<T> {
  const source = await openSource(String(options.ipsw));
  try {
    const ipsw = await Ipsw.open(source);
    const [device, variant] = ['device', 'variant'].map(name => options[name] as string | undefined);
    const identity = ipsw.identity({ device: device ?? recipe.device, variant });
    return await use(ipsw, ipsw.components(identity, files));
  } finally {
    await source.close();
  }
}

/** The files that were not given, from the IPSW of the options. */
export async function readIpsw(
  context: CliContext,
  options: Options,
  recipe: Recipe,
  given: ReadonlySet<string>,
): Promise<Partial<Record<IpswFile, Uint8Array>>> {
  const files = ipswFiles(recipe).filter(file => !given.has(file));
  return withIpsw(options, recipe, files, async (ipsw, components) => {
    const found: Partial<Record<IpswFile, Uint8Array>> = {};
    for (const component of components) {
      context.info(`${component.file}: ${component.path} (${component.component}, ${component.compressedSize} bytes)`);
      found[component.file] = await ipsw.read(component);
    }
    return found;
  });
}
