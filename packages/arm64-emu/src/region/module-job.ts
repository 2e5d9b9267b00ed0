/** A module on its way: translated in pieces, and compiled by the host in the background where it gets the chance. */
import { type Head, type Heat, type RecordPages, type Translation, translate } from './group.js';

/** A module that is being made of some heads. */
export class ModuleJob {
  /** What it was translated to, once it was; undefined then when there is nothing to compile. */
  made: Translation | undefined;
  /** Compiled. */
  module: WebAssembly.Module | undefined;
  /** Heads that are left for another module. */
  left: readonly Head[] = [];
  private readonly pages = new Set<number>();
  private readonly pieces: ReturnType<typeof translate>;
  private translated = false;
  private compiling = false;

  constructor(
    readonly heads: readonly Head[],
    code: RecordPages,
    heat: Heat,
  ) {
    let last = -1;
    const noted: RecordPages = {
      pageOf: ip => code.pageOf(ip),
      fetched: (lo, hi) => code.fetched(lo, hi),
      hasRuns: () => code.hasRuns(),
      decode: (start, index) => {
        if (start !== last) this.pages.add(code.pageOf(start).page);
        last = start;
        return code.decode(start, index);
      },
    };
    this.pieces = translate(heads, noted, {
      isWarm: ip => heat.isWarm(ip),
      isRare: ip => heat.isRare(ip),
      regionAt: ip => {
        const region = heat.regionAt(ip);
        for (const page of region?.pages ?? []) this.pages.add(page);
        return region;
      },
    });
  }
  /** Whether code of a page of records went into it. */
  uses(page: number): boolean {
    return this.pages.has(page);
  }

  /** Goes on until the host's clock shows `deadline`, or a little longer. True when there is nothing left to do. */
  advance(deadline: number, inBackground: boolean): boolean {
    while (!this.translated) {
      const piece = this.pieces.next();
      if (piece.done === true) this.finish(piece.value);
      if (performance.now() >= deadline) return false;
    }
    if (this.made === undefined || this.module !== undefined) return true;
    if (!inBackground) this.module = new WebAssembly.Module(this.made.bytes);
    else if (!this.compiling) void this.compile(this.made.bytes);
    return this.module !== undefined;
  }
  private finish({ made, left }: { readonly made: Translation | undefined; readonly left: readonly Head[] }): void {
    this.translated = true;
    this.made = made;
    this.left = left;
  }
  private async compile(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.compiling = true;
    this.module = await WebAssembly.compile(bytes);
  }
}
