import { type CliCommand, UsageError } from '@internal/binary/cli';
import { fromHex } from '../bytes.js';
import type { Im4p } from '../containers/im4p.js';
import type { Keybag } from '../containers/kbag.js';
import { encryptPayload } from '../crypto/payload.js';
import { isCiphertext, replaceExtra, replacePayload } from '../payload.js';
import { argument, INPUT_OPTIONS, payloadOf, readObject, textOption, withObject, withPayload } from './common.js';
import { COMPRESSIONS, compressionOption } from './create.js';
import { decrypted, KEY_OPTIONS, keyOptions } from './keys.js';

/** `class:iv:key`, the last two in hexadecimal. */
function keybagOption(text: string): Keybag {
  const [type, iv, key] = text.split(':');
  const bytes = { iv: fromHex(iv ?? ''), key: fromHex(key ?? '') };
  if (!/^[0-9]+$/.test(type ?? '') || bytes.iv?.length !== 16 || ![16, 24, 32].includes(bytes.key?.length ?? 0))
    throw new UsageError(`--keybag takes CLASS:IV:KEY with an IV of 16 bytes in hexadecimal, not "${text}"`);
  return { type: Number(type), iv: bytes.iv, key: bytes.key! };
}

export const edit: CliCommand = {
  name: 'edit',
  args: '<file>',
  summary: 'change parts of an IM4P, or of the IM4P in an IMG4; all else keeps its bytes',
  options: [
    ['-t, --type <fourcc>', 'set the type'],
    ['-d, --description <text>', 'set the description'],
    ['--payload <file>', 'replace the payload, stored as the old one was'],
    ['-c, --compress <how>', `with --payload: ${COMPRESSIONS.join(', ')}`],
    ['--extra <file>', 'replace the data after the compressed payload, such as a KPP image'],
    ['--no-keybag', 'drop the keybag'],
    ['--keybag <bags...>', 'set keybags: CLASS:IV:KEY, wrapped, in hexadecimal'],
    ['--decrypt', 'decrypt with --key and --iv, and drop the keybag'],
    ['--encrypt', 'encrypt with --key and --iv; give --keybag, too'],
    ...KEY_OPTIONS,
    ['-o, --output <file>', 'where to write, - for stdout'],
    ...INPUT_OPTIONS,
  ],
  examples: [
    'img4 edit kernelcache.im4p -t rkrn -o rkrn.im4p',
    'img4 edit iBSS.im4p --decrypt --key 0011... --iv 2233... -o iBSS.dec.im4p',
    'img4 edit kernelcache.im4p --payload patched -o patched.im4p',
  ],
  async run(context, args, options) {
    if (typeof options.output !== 'string') throw new UsageError('give --output FILE, or - for stdout');
    const source = argument(args, 0);
    const { file, index, object } = await readObject(context, source, options);
    const before = payloadOf(object);
    let image: Im4p = before;
    const bags = Array.isArray(options.keybag) ? (options.keybag as string[]).map(keybagOption) : undefined;
    if (options.decrypt === true) {
      if (!keyOptions(options)) throw new UsageError('--decrypt needs --key and --iv');
      image = await decrypted(image, options);
    }
    const [payload, extra] = [textOption(options, 'payload'), textOption(options, 'extra')];
    const compression = compressionOption(options.compress);
    if (compression && payload === undefined) throw new UsageError('--compress goes with --payload');
    if (payload !== undefined)
      image = replacePayload(image, await context.read(payload), compression ? { compression } : {});
    if (extra !== undefined) image = replaceExtra(image, await context.read(extra));
    const [type, description] = [textOption(options, 'type'), textOption(options, 'description')];
    if (type !== undefined) image = image.with({ type });
    if (description !== undefined) image = image.with({ description });
    if (options.keybag === false) image = image.with({ keybags: undefined });
    if (options.encrypt === true) {
      const keys = keyOptions(options);
      if (!keys || !bags) throw new UsageError('--encrypt needs --key, --iv and --keybag');
      image = await encryptPayload(image, keys.key, keys.iv, bags);
    } else if (bags) image = image.with({ keybags: bags });
    const bytes = withObject(file, index, withPayload(object, image)).toBytes();
    await context.write(options.output, bytes);
    if (options.output !== '-')
      context.result(
        {
          output: options.output,
          bytes: bytes.length,
          type: image.type,
          description: image.description,
          encrypted: isCiphertext(image),
        },
        `${bytes.length} bytes written to ${options.output}`,
      );
  },
};
