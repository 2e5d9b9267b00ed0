import { type BuildIdentity, type BuildManifest, readBuildManifest } from 'img4';
import { BootError } from '../error.js';
import type { RandomAccess } from './source.js';
import { ZipArchive } from './zip.js';

const MANIFEST = 'BuildManifest.plist';
/** Components of a BuildManifest by the file they are for; the first that the identity has. */
const COMPONENTS = {
  kernel: ['RestoreKernelCache', 'KernelCache'],
  deviceTree: ['RestoreDeviceTree', 'DeviceTree'],
  initrd: ['RestoreRamDisk'],
  trustCache: ['RestoreTrustCache'],
} as const;

/** A file that a boot takes from an IPSW. */
export type IpswFile = keyof typeof COMPONENTS;

/** Which of the builds in an IPSW. */
export interface IpswChoice {
  /** Device class, such as `n841ap` or `vma2macosap`; needed when there are several. */
  readonly device?: string | undefined;
  /** Text that the variant's name contains; erasing ones come first when not given. */
  readonly variant?: string | undefined;
}

/** What of an IPSW one file is. */
export interface IpswComponent {
  readonly file: IpswFile;
  /** Key in the BuildManifest. */
  readonly component: string;
  /** Path in the archive. */
  readonly path: string;
  /** Bytes, and those that are read from the archive. */
  readonly size: number;
  readonly compressedSize: number;
}

/**
 * An IPSW: a zip archive with a BuildManifest, read at random access.
 *
 * @example
 * ```ts no-run
 * import { httpSource, Ipsw } from 'boot-recipes';
 *
 * const ipsw = await Ipsw.open(await httpSource('https://example.com/UniversalMac_12.5_21G72_Restore.ipsw'));
 * const found = ipsw.components(ipsw.identity({ device: 'vma2macosap' }), ['kernel', 'deviceTree']);
 * const kernel = await ipsw.read(found[0]!);
 * ```
 */
export class Ipsw {
  private constructor(
    private readonly archive: ZipArchive,
    readonly manifest: BuildManifest,
  ) {}

  /**
   * Opens an IPSW; only its directory and its BuildManifest are read.
   *
   * @throws {@link BootError} for what is no archive, `missing-input` without a BuildManifest; Img4Error for a damaged one
   */
  static async open(source: RandomAccess): Promise<Ipsw> {
    const archive = await ZipArchive.open(source);
    return new Ipsw(archive, readBuildManifest(await archive.read(MANIFEST)));
  }

  /**
   * The build for a device and variant.
   *
   * @throws {@link BootError} `bad-option` naming what there is, when there is none or several devices
   */
  identity({ device, variant }: IpswChoice): BuildIdentity {
    const { identities } = this.manifest;
    const devices = [...new Set(identities.map(({ deviceClass }) => deviceClass ?? '?'))];
    const wanted = device?.toLowerCase() ?? (devices.length === 1 ? devices[0] : undefined);
    const ofDevice = identities.filter(({ deviceClass }) => deviceClass?.toLowerCase() === wanted);
    if (wanted === undefined || ofDevice.length === 0)
      throw new BootError('bad-option', `${device ?? 'none given'}; the IPSW is for ${devices.join(', ')}`, {
        path: 'device',
      });
    const fitting =
      variant === undefined
        ? [...ofDevice].sort((a, b) => Number(b.restoreBehavior === 'Erase') - Number(a.restoreBehavior === 'Erase'))
        : ofDevice.filter(identity => identity.variant?.toLowerCase().includes(variant.toLowerCase()));
    if (fitting.length === 0)
      throw new BootError('bad-option', `"${variant}"; there are ${ofDevice.map(i => i.variant).join('; ')}`, {
        path: 'variant',
      });
    return fitting[0]!;
  }

  /** The components of a build that the given files are; those that it has not are left out. */
  components(identity: BuildIdentity, files: readonly IpswFile[]): IpswComponent[] {
    return files.flatMap(file => {
      for (const key of COMPONENTS[file]) {
        const path = identity.components.find(component => component.key === key)?.path;
        const entry = path === undefined ? undefined : this.archive.files.get(path);
        if (entry === undefined) continue;
        return [{ file, component: key, path: entry.name, size: entry.size, compressedSize: entry.compressedSize }];
      }
      return [];
    });
  }

  /** The content of a component. */
  read({ path }: IpswComponent): Promise<Uint8Array> {
    return this.archive.read(path);
  }
}
