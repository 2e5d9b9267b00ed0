/**
 * Code that enters an XNU kernel where a machine can only be told a start address: sets x0 to boot_args and branches.
 * MMU off, EL1; position-independent.
 *
 * @param bootArgs physical address of boot_args
 * @param entry physical address of the kernel's first instruction
 * @example
 * ```ts
 * import { entryStub } from 'boot-recipes';
 *
 * if (entryStub(0x47050000n, 0x47008000n).length !== 36) throw new Error('nine instructions');
 * ```
 */
export function entryStub(bootArgs: bigint, entry: bigint): Uint8Array {
  const words: number[] = [];
  const move = (register: number, value: bigint): void => {
    for (let part = 0; part < 4; part++) {
      const base = part === 0 ? 0xd2800000 : 0xf2800000; // MOVZ, MOVK
      const chunk = Number((value >> BigInt(16 * part)) & 0xffffn);
      words.push((base | (part << 21) | (chunk << 5) | register) >>> 0);
    }
  };
  move(0, bootArgs);
  move(16, entry);
  words.push(0xd61f0200); // BR X16
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setUint32(i * 4, word, true);
  });
  return bytes;
}
