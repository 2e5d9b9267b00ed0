import { readFile } from 'node:fs/promises';
import { type CliCommand, UsageError } from '@internal/binary/cli';
import { functionStarts } from '../macho/function-starts.js';
import { isDefined, isExternal, readSymbols } from '../macho/symbols.js';
import { loadDemangler } from '../node.js';
import { AddressIndex, importSymbolList } from '../symbols/address-index.js';
import { ARCH_OPTION, addressOf, argument, hexText, list, readAny, textOption } from './common.js';

export const symbols: CliCommand = {
  name: 'symbols',
  args: '<file>',
  summary: 'symbols of an image or of all images, and what stands at an address',
  options: [
    ARCH_OPTION,
    ['--image <id>', 'only this image of a collection'],
    ['--at <address...>', 'name these addresses instead of listing'],
    ['--undefined', 'imports instead of definitions'],
    ['--functions', 'function starts instead of symbols'],
    ['--demangle', 'C++ and Rust names as in the source'],
    ['--import <file>', 'also symbols out of lines of address and name'],
  ],
  examples: [
    'kc symbols kernelcache --image com.apple.kernel',
    'kc symbols kernelcache --at 0xfffffe0007a01234 --demangle',
    'kc symbols kernelcache > kernel.sym',
  ],
  async run(context, args, options) {
    const collection = await readAny(context, argument(args, 0), options);
    const demangle = options.demangle === true ? await loadDemangler() : (name: string) => name;
    const wanted = textOption(options, 'image');
    const ids = collection.imageIds.length === 0 ? [''] : collection.imageIds;
    if (wanted !== undefined && !ids.includes(wanted)) throw new UsageError(`no image ${wanted}`);
    const at = list(options.at);
    if (at.length > 0) {
      const file = textOption(options, 'import');
      const extra = file === undefined ? [] : importSymbolList(await readFile(file, 'utf8'), wanted ?? ids[0]!);
      const index = new AddressIndex(collection, extra);
      const rows = at.map(text => {
        const address = addressOf(text, '--at');
        return { address: hexText(address), name: index.describe(address, demangle) };
      });
      context.result(rows, () => rows.map(r => `${r.address} ${r.name}`).join('\n'));
      return;
    }
    const rows: { image: string; address: string; name: string; external: boolean }[] = [];
    for (const id of wanted === undefined ? ids : [wanted]) {
      const image = collection.image(id) ?? collection.macho;
      if (options.functions === true) {
        for (const address of functionStarts(image))
          rows.push({ image: id, address: hexText(address), name: '', external: false });
        continue;
      }
      for (const symbol of readSymbols(image))
        if (isDefined(symbol) !== (options.undefined === true) && (symbol.type & 0xe0) === 0)
          rows.push({
            image: id,
            address: hexText(symbol.value),
            name: demangle(symbol.name),
            external: isExternal(symbol),
          });
    }
    context.result(rows, () => rows.map(r => `${r.address} ${r.name}`.trimEnd()).join('\n'));
  },
};
