import {
  AddressIndex,
  applyPatches,
  buildVersions,
  dataInCode,
  entryPoint,
  exportForDisassembler,
  externalRelocations,
  extractImage,
  functionStarts,
  GHIDRA_FIX,
  indirectSymbols,
  isFat,
  isMachOError,
  KernelCollection,
  loadPlan,
  localRelocations,
  MachO,
  PAC_TO_PLAIN,
  parsePlist,
  parseTrustCache,
  readCodeSignature,
  readExports,
  readFat,
  readSymbolSets,
  readSymbols,
  sourceVersion,
  splitSegReferences,
  unwrapTrustCaches,
  verifyPages,
} from '../src/index.js';

/** Runs a reader; an error must be this package's. Returns whether it succeeded. */
function attempt(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (isMachOError(error)) return false;
    throw error;
  }
}

function exerciseImage(macho: MachO): void {
  attempt(() => macho.encode());
  attempt(() => [entryPoint(macho), buildVersions(macho), sourceVersion(macho)]);
  attempt(() => {
    const symbols = readSymbols(macho);
    for (let i = 0; i < Math.min(symbols.length, 50); i++) symbols.at(i);
  });
  for (const read of [
    indirectSymbols,
    readExports,
    functionStarts,
    dataInCode,
    splitSegReferences,
    localRelocations,
    externalRelocations,
    readSymbolSets,
    loadPlan,
  ])
    attempt(() => read(macho));
  attempt(() => {
    const best = readCodeSignature(macho)?.best;
    if (best !== undefined) verifyPages(macho, best);
  });
}

/**
 * Everything that can be asked of a file. Only errors of this package are swallowed; returns how much worked.
 * @param writing whether to make files of it, too
 */
export function exercise(bytes: Uint8Array, writing = true): number {
  let done = 0;
  for (const read of [parsePlist, parseTrustCache, unwrapTrustCaches]) if (attempt(() => read(bytes))) done++;
  const images: MachO[] = [];
  attempt(() => {
    if (isFat(bytes))
      images.push(
        ...readFat(bytes)
          .slice(0, 4)
          .map(slice => new MachO(slice.source)),
      );
    else images.push(new MachO(bytes));
  });
  for (const macho of images) {
    exerciseImage(macho);
    const collection = new KernelCollection(macho);
    attempt(() => {
      for (const kext of collection.kexts.slice(0, 4)) attempt(() => collection.kmodInfo(kext));
    });
    attempt(() => {
      const { pointers } = collection;
      for (let i = 0; i < Math.min(pointers.table.length, 50); i++) pointers.read(pointers.fixup(i).location);
    });
    let ids: string[] = [];
    attempt(() => {
      ids = collection.imageIds.slice(0, 4);
    });
    for (const id of ids)
      attempt(() => {
        const image = collection.image(id);
        if (image !== undefined && image !== macho) exerciseImage(image);
      });
    if (!writing) continue;
    let index: AddressIndex | undefined;
    attempt(() => {
      index = new AddressIndex(collection);
      index.describe(macho.baseAddress + 0x100n);
    });
    if (index !== undefined)
      for (const id of ids) if (attempt(() => extractImage(collection, id, { indexes: [index!] }))) done++;
    if (attempt(() => exportForDisassembler(collection, { ghidra: true }))) done++;
    if (attempt(() => applyPatches(collection, [GHIDRA_FIX]))) done++;
    if (attempt(() => applyPatches(collection, [PAC_TO_PLAIN]))) done++;
  }
  return done;
}

/** Deterministic mutations of a file, as a fuzzer makes them. */
export class Mutator {
  private state: number;
  constructor(seed: number) {
    this.state = seed | 1;
  }
  next(limit: number): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (x >>> 0) % limit;
  }
  mutate(input: Uint8Array): Uint8Array {
    let bytes = input.slice();
    const view = () => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = 1 + this.next(6);
    for (let i = 0; i < count && bytes.length > 8; i++) {
      // Most of what matters stands in the first kilobytes.
      const reach = this.next(3) === 0 ? bytes.length : Math.min(bytes.length, 2048);
      const at = this.next(reach - 4);
      const special = [
        0,
        1,
        0xff,
        0x7fffffff,
        0x80000000,
        0xffffffff,
        0xfffffffe,
        bytes.length,
        bytes.length - 1,
        0x4000,
        0x10000,
      ];
      switch (this.next(7)) {
        case 0:
          bytes[at] = this.next(256);
          break;
        case 1:
          bytes[at] = bytes[at]! ^ (1 << this.next(8));
          break;
        case 2:
          view().setUint32(at & ~3, special[this.next(special.length)]!, true);
          break;
        case 3:
          view().setUint32(at & ~3, (view().getUint32(at & ~3, true) + this.next(17) - 8) >>> 0, true);
          break;
        case 4:
          bytes.copyWithin(at, this.next(reach), this.next(reach));
          break;
        case 5:
          bytes = bytes.slice(0, this.next(4) === 0 ? this.next(bytes.length) : bytes.length);
          break;
        default:
          if (at + 16 <= bytes.length)
            view().setBigUint64(at & ~7, BigInt(this.next(0x10000)) << BigInt(this.next(48)), true);
      }
    }
    return bytes;
  }
}
