import { KernelCollection, type Level } from '../collection/collection.js';
import { KmodInfoSize } from '../collection/kmod-info.js';
import { isMachOError } from '../error.js';
import { collectionBase } from '../fixups/pointers.js';
import { MachO } from '../macho/macho.js';
import { asText } from '../plist/value.js';
import { viewOf } from '../source.js';
import { LinkImage } from './link-image.js';
import type { BaseCollection } from './linker.js';
import type { BuildError, BuildOptions, KextInput } from './types.js';

/** Bundle id of a kext; empty when its Info.plist has none. */
export const kextId = (kext: KextInput): string => asText(kext.info.get('CFBundleIdentifier')) ?? '';

/** Kexts in the order of the paths of their executables. */
export function sortedKexts(kexts: readonly KextInput[]): KextInput[] {
  const path = (kext: KextInput) => `${kext.bundlePath}/${kext.executablePath ?? ''}`;
  return [...kexts].sort((a, b) => (path(a) < path(b) ? -1 : path(a) > path(b) ? 1 : 0));
}

/** The images of a collection in their order: kernel, then kexts by path; and what is wrong with them. */
export function linkImages(options: BuildOptions, errors: BuildError[]): LinkImage[] {
  const images: LinkImage[] = [];
  const add = (id: string, bytes: Uint8Array, kext: KextInput | undefined, strip: LinkImage['strip']) => {
    try {
      images.push(new LinkImage(id, bytes, kext, strip));
    } catch (error) {
      if (!isMachOError(error)) throw error;
      errors.push({ id, message: error.message });
    }
  };
  if (options.kind === 'boot' && options.kernel !== undefined)
    add('com.apple.kernel', options.kernel, undefined, options.strip === 'all' ? 'all' : 'none');
  const kexts = sortedKexts(options.kexts);
  for (const kext of kexts)
    if (kext.executable !== undefined)
      add(kextId(kext), kext.executable, kext, options.strip === undefined ? (kext.strip ?? 'none') : 'all');
  const first = images[0];
  for (const image of images) checkPlacement(image, first!, options, errors);
  if (errors.length === 0) for (const image of images) checkKmodInfo(image, errors);
  return images;
}

/** Whether an image can be put into the collection at all. */
function checkPlacement(image: LinkImage, first: LinkImage, options: BuildOptions, errors: BuildError[]): void {
  const refuse = (message: string) => errors.push({ id: image.id, message });
  const { header } = image.macho;
  if (
    header.cputype !== first.macho.header.cputype ||
    (header.cpusubtype & 0xff) !== (first.macho.header.cpusubtype & 0xff)
  )
    refuse(
      `cannot be placed in kernel collection because: architecture ${image.macho.architecture} is not ${first.macho.architecture}`,
    );
  const missing = image.macho.issues[0];
  if (missing !== undefined)
    refuse(`cannot be placed in kernel collection because: ${missing.path}: ${missing.reason}`);
  if (image.kernel) return;
  if (image.arm && !image.movable && options.allowRigid !== true)
    refuse('cannot be placed in kernel collection because: Missing split seg v2');
  else if (kmodInfo(image) === undefined)
    refuse('cannot be placed in kernel collection because: kexts must have a _kmod_info symbol');
}

/** Where an image has its kmod_info. */
function kmodInfo(image: LinkImage): { content: Uint8Array; offset: number } | undefined {
  const symbol = image.symbol('_kmod_info');
  const place = symbol === undefined ? undefined : image.at(symbol.value);
  return place === undefined || place.offset + KmodInfoSize > place.content.length ? undefined : place;
}

function checkKmodInfo(image: LinkImage, errors: BuildError[]): void {
  const place = image.kernel ? undefined : kmodInfo(image);
  if (place === undefined) return;
  const version = viewOf(place.content).getUint32(place.offset + 8, true);
  if (version !== 1) errors.push({ id: image.id, message: `unsupported kmod_info version of ${version}` });
}

/** The finished collections that this one is linked against. */
export function baseCollections(options: BuildOptions): BaseCollection[] {
  const inputs: [Uint8Array | undefined, Level][] = [
    [options.base, 0],
    [options.pageable, 1],
  ];
  const bases: (bigint | undefined)[] = [];
  return inputs.flatMap(([bytes, level]) => {
    if (bytes === undefined) return [];
    const macho = new MachO(bytes);
    bases[level] = collectionBase(macho);
    return [{ collection: new KernelCollection(macho, level, () => bases), level }];
  });
}
