import { SAMPLE_IMAGES } from './sample-images.generated.js';

/** The sample firmware's images, as they are in the package. */
export interface SampleImages {
  /** IM4P `krnl`: the kernel's Mach-O alone, LZFSE. */
  readonly kernel: Uint8Array;
  /** IM4P `krnl`: the same kernel and two kexts as a boot kext collection (MH_FILESET), LZFSE. */
  readonly collection: Uint8Array;
  /** IM4P `dtre`: the board's Apple device tree. */
  readonly deviceTree: Uint8Array;
  /** IM4P `rdsk`: a ustar archive with the first program. */
  readonly ramDisk: Uint8Array;
  /** IM4P `trst`: a trust cache module with the first program's hash. */
  readonly trustCache: Uint8Array;
}

const decode = (base64: string): Uint8Array => Uint8Array.from(atob(base64), character => character.charCodeAt(0));

/**
 * The embedded images of the sample firmware. Made from `firmware/`, and nobody's but ours.
 *
 * @example
 * ```ts
 * import { Im4p } from 'img4';
 * import { sampleImages } from 'boot-recipes';
 *
 * if (Im4p.parse(sampleImages().kernel).type !== 'krnl') throw new Error('no kernel');
 * ```
 */
export function sampleImages(): SampleImages {
  return {
    kernel: decode(SAMPLE_IMAGES['kernelcache.im4p']),
    collection: decode(SAMPLE_IMAGES['collection.im4p']),
    deviceTree: decode(SAMPLE_IMAGES['devicetree.im4p']),
    ramDisk: decode(SAMPLE_IMAGES['ramdisk.im4p']),
    trustCache: decode(SAMPLE_IMAGES['trustcache.im4p']),
  };
}
