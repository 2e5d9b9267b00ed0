// One byte of a boot's files is broken: it is refused with its place, or the kernel's complaint is explained, or it boots as
// before. Nothing hangs and nothing goes another way in silence.
import { isBinaryError } from '@internal/binary';
import { describe, expect, it } from 'vitest';
import { prepareBoot } from '../src/boot.js';
import { type Diagnosis, diagnose } from '../src/diagnosis/diagnose.js';
import { examine } from '../src/diagnosis/doctor.js';
import { explainRefusal } from '../src/diagnosis/refusals.js';
import { findRecipe } from '../src/recipes/index.js';
import type { PreparedBoot, RecipeOptions } from '../src/recipes/recipe.js';
import { sampleImages } from '../src/recipes/sample-images.js';
import { BootSession } from '../src/session.js';
import { unwrapPayload } from '../src/xnu/payload.js';

const images = sampleImages();
const content = (image: Uint8Array): Uint8Array => unwrapPayload(image, 'image', ['krnl', 'dtre', 'trst', 'rdsk']);

interface Outcome {
  readonly kind: 'refused' | 'booted' | 'failed';
  /** What was printed, but for how long it took. */
  readonly output: string;
  readonly found: readonly Diagnosis[];
}

async function outcome(options: RecipeOptions): Promise<Outcome> {
  let prepared: PreparedBoot;
  try {
    prepared = await prepareBoot('sample', { memory: 128 << 20, ...options });
  } catch (error) {
    if (!isBinaryError(error)) throw error;
    const refusal = explainRefusal(error);
    return { kind: 'refused', output: '', found: refusal === undefined ? [] : [refusal] };
  }
  let output = '';
  const session = new BootSession(prepared, {
    timeout: 20,
    output: bytes => {
      output += new TextDecoder().decode(bytes);
    },
  });
  const { reason } = await session.run();
  output = output.replaceAll('\r', '').replace(/^\d+ ticks:.*$/m, '');
  return {
    kind: reason === 'power-off' ? 'booted' : 'failed',
    output,
    found: diagnose({ output, reason, symbol: prepared.symbol }),
  };
}

const flipped = (bytes: Uint8Array, at: number, mask = 1): Uint8Array => {
  const copy = bytes.slice();
  copy[at]! ^= mask;
  return copy;
};

/** Offset of a text in bytes. */
function find(bytes: Uint8Array, text: string): number {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(text, 0, 'latin1');
  if (at < 0) throw new Error(`no ${text}`);
  return at;
}

describe('one byte of', () => {
  const cache = content(images.trustCache);
  const collection = content(images.collection);
  const tree = content(images.deviceTree);
  const disk = content(images.ramDisk);
  /** Of a segment of the collection, by its load command. */
  const offsetOf = (segment: string): number => {
    const at = find(collection, `${segment}\0`);
    return Number(new DataView(collection.buffer, collection.byteOffset).getBigUint64(at + 32, true));
  };

  it.each<[string, RecipeOptions, Outcome['kind'], Partial<Diagnosis>]>([
    [
      'the trust cache: version',
      { trustCache: flipped(cache, 0, 6) },
      'refused',
      { id: 'unsupported', topic: 'trust cache' },
    ],
    [
      'the trust cache: count',
      { trustCache: flipped(cache, 20, 2) },
      'refused',
      { id: 'truncated', topic: 'trust cache' },
    ],
    [
      'the trust cache: a hash',
      { trustCache: flipped(cache, 30) },
      'failed',
      { id: 'not-trusted', topic: 'trust cache' },
    ],
    ['the collection: magic', { kernel: flipped(collection, 1) }, 'refused', { id: 'not-a-kernel' }],
    ['the collection: sizeofcmds', { kernel: flipped(collection, 22) }, 'refused', { topic: 'kernel' }],
    [
      'the collection: entry point',
      { kernel: flipped(collection, find(collection, '__TEXT\0') + 8) },
      'refused',
      { topic: 'kernel' },
    ],
    [
      'the collection: code',
      { kernel: flipped(collection, offsetOf('__TEXT_EXEC') + 0x1000) },
      'refused',
      { id: 'bad-digest', topic: 'kernel' },
    ],
    [
      'the collection: kext info',
      { kernel: flipped(collection, find(collection, 'CFBundleIdentifier')) },
      'refused',
      { id: 'bad-digest' },
    ],
    [
      'the collection: a kext',
      { kernel: flipped(collection, offsetOf('__REGION0') + 0x40) },
      'refused',
      { id: 'bad-digest' },
    ],
    [
      'the collection: fixups',
      { kernel: flipped(collection, offsetOf('__LINKEDIT') + 8) },
      'refused',
      { id: 'bad-digest' },
    ],
    [
      'the collection: its signature',
      { kernel: flipped(collection, collection.length - 5) },
      'refused',
      { id: 'bad-digest' },
    ],
    [
      'the tree: a name',
      { deviceTree: flipped(tree, find(tree, 'uart0')) },
      'refused',
      { id: 'bad-digest', topic: 'device tree' },
    ],
    [
      'the tree: a value',
      { deviceTree: flipped(tree, find(tree, 'aic,1')) },
      'refused',
      { id: 'bad-digest', topic: 'device tree' },
    ],
    [
      'the tree: a length',
      { deviceTree: flipped(tree, find(tree, 'model\0') + 34) },
      'refused',
      { topic: 'device tree' },
    ],
    ['the tree: /chosen', { deviceTree: flipped(tree, find(tree, 'chosen')) }, 'refused', { topic: 'device tree' }],
    [
      'launchd: code',
      { initrd: flipped(disk, 0x4200), trustCache: cache },
      'failed',
      { id: 'invalid-page', topic: 'first program' },
    ],
    [
      'launchd: its signature',
      { initrd: flipped(disk, find(disk, 'boot-recipes.sample.launchd')), trustCache: cache },
      'failed',
      { id: 'not-trusted' },
    ],
    [
      'launchd: magic',
      { initrd: flipped(disk, 0x200), trustCache: cache },
      'failed',
      { id: 'exec', seen: expect.stringContaining('errno 8 (ENOEXEC)') },
    ],
    [
      'launchd: architecture',
      { initrd: flipped(disk, 0x204), trustCache: cache },
      'failed',
      { id: 'exec', seen: expect.stringContaining('errno 86 (EBADARCH)') },
    ],
    [
      'launchd: name',
      { initrd: flipped(disk, 6), trustCache: cache },
      'failed',
      { id: 'no-ramdisk', seen: expect.stringContaining('bad checksum') },
    ],
  ])('%s', async (_, options, kind, expected) => {
    const { kind: got, found, output } = await outcome(options);
    expect(`${got} ${output.slice(-500)}`).toMatch(new RegExp(`^${kind}`));
    expect(found[0]).toMatchObject(expected);
    for (const { place, cause, try: remedy } of found)
      for (const text of [place, cause, remedy]) expect(text).not.toBe('');
  });

  it('the trust cache refuses exec with EACCES', async () => {
    const { found, output } = await outcome({ trustCache: flipped(cache, 24) });
    expect(output).toMatch(/cdhash [0-9a-f]{40} is not in the trust cache/);
    expect(output).toContain('panic(cpu 0): Process 1 exec of /sbin/launchd failed, errno 13');
    expect(found.map(d => d.id)).toEqual(['not-trusted', 'exec']);
    expect(found[1]!.backtrace.some(line => line.includes('exec_init_program'))).toBe(true);
  });
});

describe('damage anywhere', () => {
  it.each<
    [name: string, option: 'trustCache' | 'kernel' | 'deviceTree', bytes: Uint8Array, step: number, limit?: number]
  >([
    ['trust cache', 'trustCache', content(images.trustCache), 3],
    ['trust cache in its IM4P', 'trustCache', images.trustCache, 7],
    ['device tree', 'deviceTree', content(images.deviceTree), 13],
    ['device tree in its IM4P', 'deviceTree', images.deviceTree, 29],
    ['collection', 'kernel', content(images.collection), 6007],
    ['header of the collection', 'kernel', content(images.collection), 61, 2600],
    ['collection in its IM4P', 'kernel', images.collection, 701],
  ])('%s: refused, explained or without effect', async (name, option, bytes, step, limit = bytes.length) => {
    const good = await outcome({});
    expect(good.kind).toBe('booted');
    const tally = { refused: 0, failed: 0, booted: 0 };
    for (let at = 0; at < limit; at += step) {
      const { kind, output, found } = await outcome({ [option]: flipped(bytes, at, [1, 0x80, 0xff][at % 3]) });
      tally[kind]++;
      if (kind === 'booted') expect(output, `${name}, byte ${at}`).toBe(good.output);
      else expect(found.length, `${name}, byte ${at}: ${kind} without an explanation`).toBeGreaterThan(0);
    }
    expect(tally.refused).toBeGreaterThan(0);
  });
});

describe('doctor', () => {
  const files = {
    kernel: images.collection,
    deviceTree: images.deviceTree,
    initrd: images.ramDisk,
    trustCache: images.trustCache,
  };
  const levels = async (options: RecipeOptions): Promise<string> =>
    (await examine(findRecipe('sample'), options)).map(({ level, input }) => `${level} ${input}`).join(', ');

  it('finds our files sound', async () => {
    const checks = await examine(findRecipe('sample'), files);
    expect(checks.filter(({ level }) => level === 'error')).toEqual([]);
    const text = checks.map(({ message }) => message).join('\n');
    for (const said of [/pages are those of its code signature \(sha256\)/, /what its digest says/, /^ustar/m])
      expect(text).toMatch(said);
  });

  it.each<[keyof typeof files, number]>([
    ['kernel', 0x9000],
    ['deviceTree', 500],
    ['trustCache', 0],
  ])('finds a broken %s', async (option, at) => {
    const broken = content(files[option]).slice();
    broken[at]! ^= 6;
    expect(await levels({ ...files, [option]: broken })).toContain(`error ${option}`);
  });
});
