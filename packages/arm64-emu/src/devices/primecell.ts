/**
 * PrimeCell identification registers, 0xfe0 to 0xffc: peripheral id of `part`, then the PrimeCell id.
 * `revision` is PeriphID2's byte.
 */
export function primeCellId(offset: number, part: number, periphId1: number, periphId2: number): number {
  const registers = [part, periphId1, periphId2, 0x00, 0x0d, 0xf0, 0x05, 0xb1];
  return offset % 4 === 0 ? (registers[(offset - 0xfe0) >> 2] ?? 0) : 0;
}
