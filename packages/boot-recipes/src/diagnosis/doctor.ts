import { openTree, validateForXnu } from 'apple-devicetree';
import { applyPatches, openCollection, PATCH_SETS, parseTrustCache } from 'macho-kc';
import { isBootError } from '../error.js';
import type { Recipe, RecipeOptions } from '../recipes/recipe.js';
import { checkKernel, checkTree } from '../xnu/integrity.js';
import { openKernel } from '../xnu/kernel.js';
import { unwrapPayload } from '../xnu/payload.js';
import { checkTrustCache } from '../xnu/trust-cache.js';
import { darwinVersion } from '../xnu/version.js';

/** One thing that was looked at. */
export interface Check {
  /** The option that it concerns, or `boot` for all together. */
  readonly input: string;
  readonly level: 'ok' | 'warning' | 'error';
  readonly message: string;
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Patches of the experiment: whether a kernel has their places. */
const EXPERIMENT = ['kprintf-on', 'no-iokit-time', 'allow-any-signature'];

const MACH_O_64 = 0xfeedfacf;

/** Darwin's first version whose kernels take trust caches of version 2. */
const TRUST_CACHE_2 = 22;

class Doctor {
  readonly checks: Check[] = [];
  private darwin: number | undefined;

  constructor(
    private readonly recipe: Recipe,
    private readonly options: RecipeOptions,
  ) {}

  private add(level: Check['level'], input: string, message: string): void {
    this.checks.push({ input, level, message });
  }

  /** Runs a check whose errors are findings. */
  private try(input: string, check: () => void): void {
    try {
      check();
    } catch (error) {
      this.add('error', input, reason(error));
    }
  }

  async run(): Promise<readonly Check[]> {
    const { recipe, options } = this;
    for (const { option, required, what } of recipe.inputs)
      if (required && options[option] === undefined) this.add('error', option, `missing: ${what}`);
    if (recipe.options.includes('trustCache') && recipe.options.includes('deviceTree')) await this.xnu();
    try {
      const { plan } = await recipe.prepare({ ...options, log: undefined });
      this.add(
        'ok',
        'boot',
        `everything has a place${plan.entry === undefined ? '' : `; entry ${String(plan.entry)}`}`,
      );
    } catch (error) {
      if (!this.checks.some(check => check.level === 'error')) this.add('error', 'boot', reason(error));
    }
    return this.checks;
  }

  private async xnu(): Promise<void> {
    const { kernel, deviceTree, initrd, trustCache } = this.options;
    if (kernel !== undefined) this.try('kernel', () => this.kernel(kernel));
    if (deviceTree !== undefined) {
      this.try('deviceTree', () => this.deviceTree(deviceTree));
      await this.treeDigest(deviceTree);
    }
    if (initrd !== undefined) this.try('initrd', () => this.ramDisk(initrd));
    if (trustCache !== undefined) this.try('trustCache', () => this.trustCache(trustCache));
    this.commandLine();
  }

  private kernel(bytes: Uint8Array): void {
    const image = openKernel(bytes);
    this.darwin = darwinVersion(image.bytes);
    const version = this.darwin === undefined ? 'says no version' : `Darwin ${this.darwin}`;
    this.add(
      'ok',
      'kernel',
      `${image.kind} for ${image.architecture}, ${version}, entry 0x${image.entry.toString(16)}`,
    );
    const { hash, pages } = checkKernel(image.bytes);
    if (hash !== undefined) this.add('ok', 'kernel', `its ${pages} pages are those of its code signature (${hash})`);
    if (this.darwin === undefined)
      this.add('warning', 'kernel', 'its version is not known; boot_args get the layout of macOS 11 to 13');
    if (this.recipe.name !== 'macos-11.0.1b1-t8020') return;
    const collection = openCollection(image.bytes);
    for (const name of EXPERIMENT)
      try {
        applyPatches(collection, [PATCH_SETS.get(name)!]);
        this.add('ok', 'kernel', `patch ${name} has its place`);
      } catch (error) {
        this.add('warning', 'kernel', `patch ${name} would not apply: ${reason(error)}`);
      }
  }

  private deviceTree(bytes: Uint8Array): void {
    const tree = openTree(unwrapPayload(bytes, 'devicetree', ['dtre', 'rdtr']));
    const model = tree.root.string('model') ?? tree.root.string('name') ?? 'a device';
    this.add('ok', 'deviceTree', `${model}, ${tree.find('/cpus')?.children.length ?? 0} CPUs`);
    const problems = validateForXnu(tree);
    const fatal = problems.filter(({ severity }) => severity !== 'warning').length;
    this.add('ok', 'deviceTree', `${problems.length} things to edit, ${fatal} of them fatal; plan shows what is done`);
  }

  private async treeDigest(bytes: Uint8Array): Promise<void> {
    try {
      if (await checkTree(unwrapPayload(bytes, 'devicetree', ['dtre', 'rdtr'])))
        this.add('ok', 'deviceTree', 'it is what its digest says');
    } catch (error) {
      // What cannot be read at all is reported already.
      if (isBootError(error, 'bad-digest')) this.add('error', 'deviceTree', error.message);
    }
  }

  private ramDisk(bytes: Uint8Array): void {
    const image = unwrapPayload(bytes, 'initrd', ['rdsk']);
    const text = (at: number, length: number): string =>
      String.fromCharCode(...image.subarray(at, Math.min(image.length, at + length)));
    if (text(32, 4) === 'NXSB') this.add('ok', 'initrd', `APFS container, ${image.length} bytes`);
    else if (text(1024, 2) === 'H+' || text(1024, 2) === 'HX') this.add('ok', 'initrd', `HFS+, ${image.length} bytes`);
    else if (text(257, 5) === 'ustar') this.add('ok', 'initrd', `ustar, ${image.length} bytes: for our own kernel`);
    else if (text(image.length - 512, 4) === 'koly')
      this.add('error', 'initrd', 'a compressed disk image (UDIF): convert it to a raw one first');
    else if (image.length >= 4 && new DataView(image.buffer, image.byteOffset).getUint32(0, true) === MACH_O_64)
      this.add('ok', 'initrd', `a program, ${image.length} bytes: mockfs has it as /sbin/launchd`);
    else
      this.add('warning', 'initrd', `neither HFS+ nor APFS, ${image.length} bytes; only a mockfs kernel mounts that`);
    if (image.length % 0x4000 !== 0)
      this.add('warning', 'initrd', 'no whole number of 16 KiB pages; the end is filled with zeros');
  }

  private trustCache(bytes: Uint8Array): void {
    const module = unwrapPayload(bytes, 'trust-cache', ['trst', 'rtsc', 'ltrs']);
    checkTrustCache(module);
    const { version, entries } = parseTrustCache(module);
    this.add('ok', 'trustCache', `version ${version}, ${entries.length} hashes`);
    if (version === 2 && this.darwin !== undefined && this.darwin < TRUST_CACHE_2)
      this.add('error', 'trustCache', `version 2, and the kernel (Darwin ${this.darwin}) takes version 1 only`);
  }

  private commandLine(): void {
    const { append, initrd } = this.options;
    if (append === undefined) return;
    const words = append.split(/\s+/);
    if (initrd !== undefined && !words.includes('rd=md0'))
      this.add('warning', 'append', 'a RAM disk is given, but rd=md0 is not on the command line');
    if (!words.includes('-noprogress'))
      this.add('warning', 'append', 'without -noprogress kernels loop for ever when there is no framebuffer');
    if (!words.some(word => word.startsWith('serial=')))
      this.add('warning', 'append', 'without serial=3 nothing appears on the serial port');
  }
}

/**
 * Looks at what a boot is to be made from, without running anything: each file by itself, then all together.
 *
 * @example
 * ```ts
 * import { examine, findRecipe, sampleImages } from 'boot-recipes';
 *
 * const checks = await examine(findRecipe('xnu-vmapple-source'), { kernel: sampleImages().kernel });
 * if (checks.some(check => check.level === 'error')) throw new Error('our kernel is sound');
 * ```
 */
export const examine = (recipe: Recipe, options: RecipeOptions): Promise<readonly Check[]> =>
  new Doctor(recipe, options).run();
