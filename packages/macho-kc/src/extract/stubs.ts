import { adrp, branch26, encodeAdrp, encodeBranch26, encodeLdr, instructionBytes, wordAt } from '../patch/a64.js';
import type { CodeImage } from '../patch/code-image.js';

/** A direct branch out of the image. */
export interface OutsideBranch {
  /** Address of the B or BL. */
  readonly address: bigint;
  readonly target: bigint;
  readonly link: boolean;
}

/**
 * Branches of an arm64 image that leave it (collections have direct calls where the kext had stubs), and the number of
 * ADRPs whose page lies outside.
 */
export function outsideReferences(
  image: CodeImage,
  inside: (from: bigint, size: bigint) => boolean,
): { branches: OutsideBranch[]; adrps: bigint[] } {
  const branches: OutsideBranch[] = [];
  const adrps: bigint[] = [];
  for (const { address, bytes } of image.code)
    for (let at = 0; at + 4 <= bytes.length; at += 4) {
      const word = wordAt(bytes, at);
      const pc = address + BigInt(at);
      const branch = branch26(word, pc);
      if (branch !== undefined) {
        if (!inside(branch.target, 1n)) branches.push({ address: pc, ...branch });
        continue;
      }
      const page = adrp(word, pc);
      if (page !== undefined && !inside(page.page, 0x1000n)) adrps.push(pc);
    }
  return { branches, adrps };
}

/** Code of a stub at `at` that jumps through the pointer at `got`. */
export function stubCode(authenticated: boolean, at: bigint, got: bigint): Uint8Array | undefined {
  const offset = Number(got & 0xfffn);
  if (!authenticated) {
    const page = encodeAdrp(16, at, got);
    return page === undefined ? undefined : instructionBytes(page, encodeLdr(16, 16, offset), 0xd61f0200);
  }
  const page = encodeAdrp(17, at, got);
  // adrp x17; add x17, x17, #offset; ldr x16, [x17]; braa x16, x17
  return page === undefined
    ? undefined
    : instructionBytes(page, (0x91000231 | (offset << 10)) >>> 0, encodeLdr(16, 17, 0), 0xd71f0a11);
}

/** Bytes of a stub. */
export const stubSize = (authenticated: boolean): number => (authenticated ? 16 : 12);

/** The branch again, to a stub; undefined when the stub is out of reach. */
export const retarget = (branch: OutsideBranch, pc: bigint, stub: bigint): Uint8Array | undefined => {
  const word = encodeBranch26(branch.link, pc, stub);
  return word === undefined ? undefined : instructionBytes(word);
};
