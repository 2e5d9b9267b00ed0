import { readFile } from 'node:fs/promises';
import { type CliCommand, UsageError } from '@internal/binary/cli';
import { exportForDisassembler } from '../export/disassembler.js';
import { importSymbolList } from '../symbols/address-index.js';
import { ARCH_OPTION, addressOf, argument, readCollection, textOption } from './common.js';

export const exportCommand: CliCommand = {
  name: 'export',
  args: '<collection>',
  summary: 'a copy for disassemblers: pointers resolved, symbols of all images at the top',
  options: [
    ARCH_OPTION,
    ['-o, --output <file>', 'the copy'],
    ['--ghidra', 'also blank the DOCTYPE and hide LC_BUILD_VERSION'],
    ['--no-fixups', 'leave pointers as they are stored'],
    ['--no-symbols', 'add no symbols'],
    ['--image-names', "put the bundle identifier before kexts' names"],
    ['--slide <bytes>', 'pointers as after loading with this slide'],
    ['--import <file>', 'also symbols out of lines of address and name'],
  ],
  examples: ['kc export kernelcache -o kernelcache.dis', 'kc export --ghidra kernelcache -o kernelcache.ghidra'],
  async run(context, args, options) {
    const output = textOption(options, 'output');
    if (output === undefined) throw new UsageError('name the output with -o');
    const collection = await readCollection(context, argument(args, 0), options);
    const slide = textOption(options, 'slide');
    const file = textOption(options, 'import');
    const { bytes, ...counts } = exportForDisassembler(collection, {
      fixups: options.fixups !== false,
      symbols: options.symbols !== false,
      ghidra: options.ghidra === true,
      names: options.imageNames === true ? 'image' : 'plain',
      slide: slide === undefined ? 0n : addressOf(slide, '--slide'),
      extraSymbols: file === undefined ? [] : importSymbolList(await readFile(file, 'utf8'), 'imported'),
    });
    await context.write(output, bytes);
    context.result({ output, ...counts }, () => `${output}: ${counts.pointers} pointers, ${counts.symbols} symbols`);
  },
};
