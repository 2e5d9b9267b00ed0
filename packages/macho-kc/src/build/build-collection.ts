import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { isMachOError, MachOError } from '../error.js';
import { encodeChainedFixups, writeSlot } from '../fixups/chain-writer.js';
import { pointerFormat } from '../fixups/formats.js';
import { collectionBase } from '../fixups/pointers.js';
import { CPU_TYPE_ARM64 } from '../macho/constants.js';
import { encodeRelocations, type Relocation } from '../macho/relocations.js';
import { SymbolWriter } from '../macho/symbols.js';
import { encodePlist } from '../plist/write-xml.js';
import { alignUp, viewOf } from '../source.js';
import { finishCollection } from './finish.js';
import { chainSlot, imageFixups, kernelRelocations, patchBranches } from './fixup-words.js';
import { writeImageHeader } from './image-header.js';
import { imageLinkedit, wordBytes } from './image-linkedit.js';
import { baseCollections, kextId, linkImages, sortedKexts } from './inputs.js';
import type { LinkImage } from './link-image.js';
import { Linker } from './linker.js';
import { PLACEHOLDER, prelinkInfo } from './prelink.js';
import { customRegion, layRegions, type Region } from './regions.js';
import { adjustForLayout } from './split-adjust.js';
import { callDirectly, type RemovableStubs, removableStubs } from './stubs.js';
import { type BuildError, type BuildOptions, type BuildResult, type KextInput, LEVEL_OF } from './types.js';
import { VtablePatcher } from './vtables.js';

const PAGE = 0x4000;
/** Auxiliary collections of arm64e must fit their part of the kernel's address space. */
const AUX_LIMIT = 0x4000000;
const LIMIT = 0x40000000;

class CollectionBuild {
  readonly errors: BuildError[] = [];
  private readonly images: LinkImage[];
  private readonly bases;
  private readonly arm: boolean;
  private readonly ownFixups: boolean;
  private readonly kexts: readonly KextInput[];

  constructor(private readonly options: BuildOptions) {
    this.images = linkImages(options, this.errors);
    this.bases = baseCollections(options);
    const like = this.images[0]?.macho ?? this.bases[0]?.collection.macho;
    if (like === undefined) throw new MachOError('bad-value', 'nothing to build a collection from');
    this.arm = like.header.cputype === CPU_TYPE_ARM64;
    this.ownFixups = options.kind === 'pageable' || (options.kind === 'aux' && !this.arm);
    this.kexts = sortedKexts(options.kexts);
  }

  private customRegions(): Region[] {
    const out = new Map<string, Region>();
    for (const { segment, section, bytes } of this.options.sections ?? []) {
      const region = out.get(segment) ?? customRegion(segment);
      out.set(segment, region);
      const at = region.content?.length ?? 0;
      const content = new Uint8Array(at + bytes.length);
      content.set(region.content ?? new Uint8Array(0));
      content.set(bytes, at);
      region.content = content;
      if (section !== '') region.sections.push({ name: section, at, size: bytes.length, flags: 0 });
    }
    return [...out.values()];
  }

  /** Room for header and load commands: what can be needed at most. */
  private headerSize(custom: readonly Region[]): number {
    const segments = 12 + this.images.reduce((sum, i) => sum + (i.movable || i.kernel ? 0 : i.segments.length), 0);
    const entries = this.images.reduce((sum, image) => sum + 48 + image.id.length, 0);
    return alignUp(
      1024 + segments * 152 + custom.reduce((sum, r) => sum + 72 + 80 * r.sections.length, 0) + entries,
      PAGE,
    );
  }

  private uuids(own: Uint8Array) {
    const of = (level: number) =>
      this.bases.find(b => b.level === level)?.collection.macho.command('LC_UUID')?.fields.uuid;
    return { own, boot: of(0), pageable: of(1) };
  }

  build(): BuildResult {
    if (this.errors.length > 0) return { ok: false, errors: this.errors };
    const { options, images, arm } = this;
    const level = LEVEL_OF[options.kind];
    const codeless = new Set(options.kexts.filter(k => k.executable === undefined).map(kextId));
    const architecture = this.images[0]?.macho.architecture ?? '';
    const linker = new Linker(images, this.bases, codeless, level, architecture);
    const stubs = new Map<LinkImage, RemovableStubs | undefined>();
    if (options.kind === 'boot') for (const image of images) stubs.set(image, removableStubs(image));
    const zero = new Uint8Array(16);
    const sized = encodePlist(
      prelinkInfo(
        this.kexts,
        k => (k.executable === undefined ? undefined : PLACEHOLDER),
        this.uuids(zero),
        options.extraInfo,
      ),
    );
    const custom = this.customRegions();
    const regions = layRegions({
      images,
      kind: options.kind,
      arm,
      headerSize: this.headerSize(custom),
      prelinkInfoSize: alignUp(sized.length, PAGE),
      custom,
      limit: options.kind === 'aux' && architecture === 'arm64e' ? AUX_LIMIT : LIMIT,
    });
    const linkedit = regions.at(-1)!;

    const missing = images.map(image => {
      const slots = linker.bind(image);
      // Vtable patching needs them again where there are classes.
      if (arm && slots.length === 0 && !image.symbols.some(s => s.name.endsWith('10superClassE')))
        linker.release(image);
      return { image, slots };
    });
    new VtablePatcher(linker).patchAll();
    for (const { image, slots } of missing)
      for (const slot of slots) {
        const concerned = linker.errors.some(
          e => e.id === image.id && e.message.startsWith('Cannot find symbol for metaclass'),
        );
        if (!linker.resolved(image).has(slot.address) && !concerned) linker.reportMissing(image, slot);
      }
    if (linker.errors.length > 0) return { ok: false, errors: linker.errors };
    const bytes = this.assemble(regions, linkedit, linker, stubs);
    if (linker.errors.length > 0) return { ok: false, errors: linker.errors };
    return { ok: true, bytes, binds: linker.binds };
  }

  private writeKmodInfo(image: LinkImage): void {
    const symbol = image.kernel ? undefined : image.symbol('_kmod_info');
    const place = symbol === undefined ? undefined : image.at(symbol.value);
    const text = image.segments.find(s => s.old.name === '__TEXT');
    if (place === undefined || text === undefined) return;
    const view = viewOf(place.content);
    view.setBigUint64(place.offset + 156, text.address, true);
    view.setBigUint64(place.offset + 164, BigInt(text.content.length), true);
  }

  /** Code and data of an image for where it stands in the collection. */
  private adjust(image: LinkImage, linker: Linker, removed: RemovableStubs | undefined): void {
    adjustForLayout(image, removed?.section ?? 0);
    if (removed !== undefined) callDirectly(image, removed, linker);
    patchBranches(image, linker);
    this.writeKmodInfo(image);
  }

  private assemble(
    regions: readonly Region[],
    linkedit: Region,
    linker: Linker,
    stubs: ReadonlyMap<LinkImage, RemovableStubs | undefined>,
  ): Uint8Array {
    const { images, arm, options } = this;
    const own = regions.reduce(
      (least, r) => (r.size > 0 && r.address < least ? r.address : least),
      regions[0]!.address,
    );
    const levels: (bigint | undefined)[] = [];
    for (const { collection, level } of this.bases) levels[level] = collectionBase(collection.macho);
    levels[LEVEL_OF[options.kind]] = own;
    const kernel = images.find(image => image.kernel);
    const classic = kernel !== undefined && !arm;

    // Link-edit data: symbols and tables of all images, strings, chains.
    const linkinfo = alignUp(
      linkedit.segments.reduce(
        (end, s) => Math.max(end, Number(s.segment.address - linkedit.address) + s.segment.content.length),
        0,
      ),
      PAGE,
    );
    const symbols = new SymbolWriter();
    const parts = images.map(image => {
      const part = imageLinkedit(image);
      const first = symbols.length;
      for (const symbol of [...part.locals, ...part.exports, ...part.imports]) symbols.add(symbol);
      return { image, part, first };
    });
    const { entries, strings } = symbols.build();
    // The file: regions in place, images' segments become views of it.
    const pageSize = arm ? PAGE : 0x1000;
    const most = regions.reduce((sum, r) => sum + 28 + 2 * Math.ceil(r.size / pageSize), 64);
    const tables = parts.reduce(
      (sum, { image, part }) => {
        const chains = image.segments.reduce((n, g) => n + 28 + 2 * Math.ceil(g.content.length / pageSize), 64);
        return sum + part.functionStarts.length + part.dataInCode.length + part.indirect.length * 4 + 64 + chains;
      },
      entries.length + strings.length + 64,
    );
    const words = classic ? kernel.slots.length * 8 : 0;
    const out = new Uint8Array(linkedit.fileoff + alignUp(linkinfo + tables + words + most, PAGE));
    const contents = regions.map(region => {
      const bytes = out.subarray(region.fileoff, region.fileoff + (region === linkedit ? linkinfo : region.size));
      bytes.set(region.content ?? new Uint8Array(0));
      for (const { segment } of region.segments) {
        const start = Number(segment.address - region.address);
        bytes.set(segment.content, start);
        segment.content = bytes.subarray(start, start + segment.content.length);
      }
      return bytes;
    });
    for (const image of images) this.adjust(image, linker, stubs.get(image));
    const relocations: Relocation[] = classic ? kernelRelocations(kernel, own) : [];

    const pieces: Uint8Array[] = [];
    let at = linkinfo;
    const put = (bytes: Uint8Array): number => {
      const offset = alignUp(at, 8);
      pieces.push(new Uint8Array(offset - at), bytes);
      at = offset + bytes.length;
      return linkedit.fileoff + offset;
    };
    const relocationsAt = put(encodeRelocations(relocations));
    const symoff = put(entries);
    const placed = parts.map(({ image, part, first }) => ({
      image,
      part,
      first,
      starts: put(part.functionStarts),
      data: put(part.dataInCode),
      indirect: put(wordBytes(part.indirect)),
    }));
    const stroff = put(strings);
    const fixups = new Map<LinkImage, { offset: number; size: number }>();
    if (this.ownFixups)
      for (const image of images) {
        const blob = imageFixups(image, linker.resolved(image), levels);
        fixups.set(image, { offset: put(blob), size: blob.length });
      }
    this.fips();

    const format = pointerFormat(arm ? 8 : 11)!;
    const written = regions.map((): number[] => []);
    if (!this.ownFixups)
      for (const image of images) {
        if (image === kernel && classic) continue;
        for (const [address, slot] of linker.resolved(image)) {
          const where = image.move(address);
          const index = regions.findIndex(
            (r, i) => where >= r.address && where < r.address + BigInt(contents[i]!.length),
          );
          if (index < 0) throw new MachOError('link', 'a pointer lies outside the regions', { path: image.id });
          const at = Number(where - regions[index]!.address);
          writeSlot(format, contents[index]!, at, chainSlot(at, slot, levels).value);
          written[index]!.push(at);
        }
        linker.release(image);
      }
    const header = regions[0]!.address;
    const blob = encodeChainedFixups({
      format,
      pageSize,
      segments: regions.map((r, i) => ({
        bytes: contents[i]!,
        offset: r.address - header,
        slots: [],
        written: written[i]!,
      })),
    });
    const blobAt = put(blob);
    linkedit.size = alignUp(at, PAGE);
    let piecesAt = linkedit.fileoff + linkinfo;
    for (const piece of pieces) {
      out.set(piece, piecesAt);
      piecesAt += piece.length;
    }
    const fileOffset = (address: bigint): number => {
      const filled = regions.filter(r => r.size > 0);
      const region =
        filled.find(r => address >= r.address && address < r.address + BigInt(r.size)) ??
        filled.find(r => address === r.address + BigInt(r.size)) ??
        regions[0]!;
      return region.fileoff + Number(address - region.address);
    };
    const segment = {
      address: linkedit.address + BigInt(linkinfo),
      size: BigInt(linkedit.size - linkinfo),
      fileoff: linkedit.fileoff + linkinfo,
    };
    for (const { image, part, first, starts, data, indirect } of placed) {
      for (const s of image.segments) if (s.old.name === '__LINKEDIT') s.address = segment.address;
      writeImageHeader(image, fileOffset, {
        symoff: symoff + first * 16,
        locals: part.locals.length,
        exports: part.exports.length,
        imports: part.imports.length,
        stroff,
        strsize: strings.length,
        indirect: { offset: indirect, count: part.indirect.length },
        functionStarts: { offset: starts, size: part.functionStarts.length },
        dataInCode: { offset: data, size: part.dataInCode.length },
        fixups: fixups.get(image),
        segment,
      });
    }
    const file = out.subarray(0, linkedit.fileoff + linkedit.size);
    finishCollection(file, regions, {
      images,
      kexts: this.kexts,
      uuids: own => this.uuids(own),
      extraInfo: options.extraInfo,
      kernel,
      blob: { offset: blobAt, size: blob.length },
      classic: classic
        ? { relocationsAt, count: relocations.length, symoff, stroff, strsize: strings.length }
        : undefined,
      fileOffset,
    });
    return file;
  }

  /** HMAC of corecrypto's text, which the kext checks itself with. */
  private fips(): void {
    const image = this.images.find(i => i.id === 'com.apple.kec.corecrypto');
    const target = image?.sections.find(s => s.segmentName === '__TEXT' && s.name === '__fips_hmacs');
    const text = image?.sections.find(s => s.name === '__text');
    if (image === undefined || target === undefined || text === undefined || target.size !== 32n) return;
    const code = image.at(text.address)!;
    const place = image.at(target.address)!;
    const bytes = code.content.subarray(code.offset, code.offset + Number(text.size));
    place.content.set(hmac(sha256, new Uint8Array(1), bytes), place.offset);
  }
}

/**
 * Links a kernel and kexts into a collection, as `kmutil create` does on a Mac: layout, split-segment adjustment,
 * binding through libraries and symbol sets, vtable patching, chained fixups, prelink info. Same input, same bytes.
 * All errors of the inputs are collected; bad binaries do not throw.
 *
 * @example
 * const result = buildCollection({ kind: 'boot', kernel, kexts });
 * if (!result.ok) for (const { id, message } of result.errors) console.error(id, message);
 */
export function buildCollection(options: BuildOptions): BuildResult {
  try {
    return new CollectionBuild(options).build();
  } catch (error) {
    if (!isMachOError(error)) throw error;
    return { ok: false, errors: [{ id: undefined, message: error.message }] };
  }
}
