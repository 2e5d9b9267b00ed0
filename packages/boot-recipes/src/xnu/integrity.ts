import { openTree } from 'apple-devicetree';
import { digest } from 'img4';
import { openMachO, readCodeSignature, verifyPages } from 'macho-kc';
import { BootError } from '../error.js';

/** The property by which a tree says what it should be: SHA-256 of the flattened tree with this value zero. */
const TREE_DIGEST = 'tree-digest';
const NODE = '/chosen';
const SIZE = 32;

/** The flattened tree with the digest of {@link checkTree} in `/chosen`. */
export async function sealTree(bytes: Uint8Array): Promise<Uint8Array> {
  const tree = openTree(bytes);
  const chosen = tree.node(NODE);
  chosen.setBytes(TREE_DIGEST, new Uint8Array(SIZE));
  chosen.setBytes(TREE_DIGEST, await digest('SHA-256', tree.serialize()));
  return tree.serialize();
}

/**
 * Compares a flattened device tree with the SHA-256 in its `/chosen.tree-digest`, which is of the tree with that value
 * zero. Ours have one, Apple's have not: what a tree without one says is taken as it is.
 *
 * @returns whether there is a digest
 * @throws {@link BootError} `bad-digest`; errors of apple-devicetree for a damaged tree
 * @example
 * ```ts
 * import { extractPayload, Im4p } from 'img4';
 * import { checkTree, isBootError, sampleImages } from 'boot-recipes';
 *
 * const tree = extractPayload(Im4p.parse(sampleImages().deviceTree)).data.slice();
 * if (!(await checkTree(tree))) throw new Error('ours has a digest');
 * tree[tree.length - 2]! ^= 1;
 * await checkTree(tree).catch(error => {
 *   if (!isBootError(error)) throw error;
 * });
 * ```
 */
export async function checkTree(bytes: Uint8Array): Promise<boolean> {
  const tree = openTree(bytes);
  const chosen = tree.find(NODE);
  const said = chosen?.bytes(TREE_DIGEST)?.slice();
  if (chosen === undefined || said === undefined) return false;
  if (said.length === SIZE) {
    chosen.setBytes(TREE_DIGEST, new Uint8Array(SIZE));
    const actual = await digest('SHA-256', tree.serialize());
    if (actual.every((byte, i) => byte === said[i])) return true;
  }
  throw new BootError(
    'bad-digest',
    'the device tree is not what its digest says: a byte of it was changed. After a change of yours remove the property',
    { path: `${NODE}.${TREE_DIGEST}` },
  );
}

/** What a kernel's code signature says of its pages. */
export interface KernelSignature {
  /** `sha256`, …; undefined without a signature. */
  readonly hash: string | undefined;
  /** Pages that were compared. */
  readonly pages: number;
}

/**
 * Compares a kernel's pages with the hashes in its code signature, if it has one: kernels of Apple's debug kits and our
 * own do, collections and kernelcaches of Apple's do not.
 *
 * @param bytes the decompressed Mach-O
 * @throws {@link BootError} `bad-digest` with the offset of the first page that differs and the segment it is in; errors of
 * macho-kc for a damaged signature
 * @example
 * ```ts
 * import { checkKernel, openKernel, sampleImages } from 'boot-recipes';
 *
 * if (checkKernel(openKernel(sampleImages().collection).bytes).hash !== 'sha256') throw new Error('ours is signed');
 * ```
 */
export function checkKernel(bytes: Uint8Array): KernelSignature {
  const macho = openMachO(bytes);
  const directory = readCodeSignature(macho)?.best;
  if (directory === undefined) return { hash: undefined, pages: 0 };
  const [bad] = verifyPages(macho, directory);
  if (bad === undefined) return { hash: directory.hashName, pages: directory.codeHashes.length };
  const offset = bad * directory.pageBytes;
  const segment = macho.segments.find(s => offset >= s.fileoff && offset < s.fileoff + s.filesize);
  throw new BootError('bad-digest', `page ${bad} has another ${directory.hashName} than the code signature says`, {
    offset,
    path: `kernel ${segment?.name ?? ''}`.trim(),
  });
}
