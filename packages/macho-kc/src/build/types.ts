import type { PlistDict } from '../plist/value.js';

/** Which symbols of an image the collection leaves out. */
export type StripMode = 'none' | 'locals' | 'exports' | 'all';

/** A kext to be linked into a collection. */
export interface KextInput {
  /** Its Info.plist. */
  readonly info: PlistDict;
  /** Thin Mach-O of the collection's architecture; undefined for a kext without code. */
  readonly executable?: Uint8Array | undefined;
  /** Path of the bundle as the prelink info has it, such as `/System/Library/Extensions/a.kext`. */
  readonly bundlePath: string;
  /** Path of the executable inside the bundle. */
  readonly executablePath?: string | undefined;
  readonly strip?: StripMode;
}

/** A segment made of a file, as `-sectcreate` of a linker does. */
export interface SectionInput {
  readonly segment: string;
  /** Empty: a segment without sections. */
  readonly section: string;
  readonly bytes: Uint8Array;
}

/** Options of {@link buildCollection}. */
export interface BuildOptions {
  /** `boot` has a kernel; `pageable` and `aux` are linked against a boot collection. */
  readonly kind: 'boot' | 'pageable' | 'aux';
  /** Thin kernel of a boot collection. */
  readonly kernel?: Uint8Array;
  /** The boot collection that a pageable or auxiliary one is linked against. */
  readonly base?: Uint8Array;
  /** The pageable collection that an auxiliary one is linked against, too. */
  readonly pageable?: Uint8Array;
  /** What is linked; dependencies must be among them or in the other collections. */
  readonly kexts: readonly KextInput[];
  /** For all images, or for all kexts. */
  readonly strip?: 'all' | 'all-kexts';
  readonly sections?: readonly SectionInput[];
  /** Also take arm64 kexts without split-segment info, whose segments then keep their distances. */
  readonly allowRigid?: boolean;
  /** Merged into the prelink info. */
  readonly extraInfo?: PlistDict;
}

/** A reason why a collection cannot be built. */
export interface BuildError {
  /** Bundle id of the kext concerned; undefined for the collection as a whole. */
  readonly id: string | undefined;
  readonly message: string;
}

/** What {@link buildCollection} gives: the collection, or every error that was found. */
export type BuildResult =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly binds: readonly BoundSymbol[] }
  | { readonly ok: false; readonly errors: readonly BuildError[] };

/** An import and what it was linked against. */
export interface BoundSymbol {
  readonly image: string;
  readonly symbol: string;
  /** Bundle id that defines it. */
  readonly from: string;
}

/** Levels of the kinds of collection in fixups. */
export const LEVEL_OF = { boot: 0, pageable: 1, aux: 3 } as const;
