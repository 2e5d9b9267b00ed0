import { MachOError } from '../error.js';
import type { MachO } from '../macho/macho.js';
import { parsePlist } from '../plist/read-xml.js';
import { asArray, asData, asDict, asInteger, asText, type PlistDict } from '../plist/value.js';

/** Load address of a kext without code. */
export const CODELESS_ADDRESS = 0x7fffffffffffffffn;

/** A library that a kext links against, with the version that it asks for. */
export interface KextDependency {
  readonly id: string;
  readonly version: string;
}

/** What the prelink info says of a kext. Addresses are virtual and unslid. */
export interface KextInfo {
  /** CFBundleIdentifier. */
  readonly id: string;
  readonly version: string | undefined;
  readonly name: string | undefined;
  /** `_PrelinkBundlePath`. */
  readonly bundlePath: string | undefined;
  /** `_PrelinkExecutableRelativePath`. */
  readonly executablePath: string | undefined;
  /** OSBundleLibraries. */
  readonly dependencies: readonly KextDependency[];
  /** `_PrelinkExecutableLoadAddr`; undefined for a kext without code. */
  readonly loadAddress: bigint | undefined;
  readonly sourceAddress: bigint | undefined;
  readonly size: bigint | undefined;
  /** `_PrelinkKmodInfo`. */
  readonly kmodInfoAddress: bigint | undefined;
  /** `_PrelinkInterfaceUUID`. */
  readonly interfaceUuid: Uint8Array | undefined;
  /** `ModuleIndex` of static kernelcaches. */
  readonly moduleIndex: number | undefined;
  /** IOKitPersonalities by name. */
  readonly personalities: PlistDict;
  /** The whole dictionary. */
  readonly info: PlistDict;
}

/** The prelink info of a kernelcache or kext collection. */
export interface PrelinkInfo {
  /** `_PrelinkKCID`. */
  readonly uuid: Uint8Array | undefined;
  /** `_BootKCID`: the boot collection that this one was linked against. */
  readonly bootUuid: Uint8Array | undefined;
  /** `_PageableKCID`. */
  readonly pageableUuid: Uint8Array | undefined;
  /** `_PrelinkLinkKASLROffsets`. */
  readonly kaslrOffsets: Uint8Array | undefined;
  readonly kexts: readonly KextInfo[];
  /** The whole dictionary. */
  readonly dict: PlistDict;
}

const EMPTY: PlistDict = new Map();
/** Addresses are written as signed numbers by some builders. */
const address = (value: bigint | undefined): bigint | undefined =>
  value === undefined ? undefined : BigInt.asUintN(64, value);

/** OSBundleLibraries for an architecture: the general one and its `_arch` addition. */
export function bundleLibraries(info: PlistDict, architecture?: string): KextDependency[] {
  const out: KextDependency[] = [];
  const names =
    architecture === undefined ? ['OSBundleLibraries'] : [`OSBundleLibraries_${architecture}`, 'OSBundleLibraries'];
  const dict = names.map(name => asDict(info.get(name))).find(found => found !== undefined);
  for (const [id, version] of dict ?? EMPTY) out.push({ id, version: asText(version) ?? String(version) });
  return out;
}

/** A kext's dictionary, with names and types. Throws `bad-plist` when it has no bundle identifier. */
export function kextInfo(info: PlistDict, path = '_PrelinkInfoDictionary'): KextInfo {
  const id = asText(info.get('CFBundleIdentifier'));
  if (id === undefined) throw new MachOError('bad-plist', 'kext without CFBundleIdentifier', { path });
  const load = address(asInteger(info.get('_PrelinkExecutableLoadAddr')));
  const index = asInteger(info.get('ModuleIndex'));
  return {
    id,
    version: asText(info.get('CFBundleVersion')),
    name: asText(info.get('CFBundleName')),
    bundlePath: asText(info.get('_PrelinkBundlePath')),
    executablePath: asText(info.get('_PrelinkExecutableRelativePath')),
    dependencies: bundleLibraries(info),
    loadAddress: load === CODELESS_ADDRESS ? undefined : load,
    sourceAddress: address(asInteger(info.get('_PrelinkExecutableSourceAddr'))),
    size: address(asInteger(info.get('_PrelinkExecutableSize'))),
    kmodInfoAddress: address(asInteger(info.get('_PrelinkKmodInfo'))),
    interfaceUuid: asData(info.get('_PrelinkInterfaceUUID')),
    moduleIndex: index === undefined ? undefined : Number(index),
    personalities: asDict(info.get('IOKitPersonalities')) ?? EMPTY,
    info,
  };
}

/** Where the prelink info's text lies: file offset and bytes. */
export function prelinkInfoBytes(macho: MachO): { offset: number; bytes: Uint8Array } | undefined {
  const section = macho.section('__PRELINK_INFO', '__info');
  if (section !== undefined && section.size > 0n) return { offset: section.offset, bytes: macho.sectionBytes(section) };
  const segment = macho.segment('__PRELINK_INFO');
  if (segment === undefined || segment.filesize === 0) return undefined;
  return { offset: segment.fileoff, bytes: macho.segmentBytes(segment) };
}

/** Prelink info of a collection or kernelcache; undefined when it has none. Throws `bad-plist`. */
export function readPrelinkInfo(macho: MachO): PrelinkInfo | undefined {
  const found = prelinkInfoBytes(macho);
  if (found === undefined) return undefined;
  const value = parsePlist(found.bytes, found.offset);
  // Before iOS 5 the whole info was the array of kexts.
  const dict = asDict(value) ?? new Map([['_PrelinkInfoDictionary', value]]);
  return {
    uuid: asData(dict.get('_PrelinkKCID')),
    bootUuid: asData(dict.get('_BootKCID')),
    pageableUuid: asData(dict.get('_PageableKCID')),
    kaslrOffsets: asData(dict.get('_PrelinkLinkKASLROffsets')),
    kexts: asArray(dict.get('_PrelinkInfoDictionary')).map((item, i) =>
      kextInfo(asDict(item) ?? EMPTY, `_PrelinkInfoDictionary[${i}]`),
    ),
    dict,
  };
}
