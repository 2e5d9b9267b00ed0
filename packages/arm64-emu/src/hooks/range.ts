/** Addresses from `from` up to, but not including, `to`: virtual ones, in whatever address space, unless `physical`. */
export interface AddressRange {
  readonly from: bigint;
  readonly to: bigint;
  readonly physical?: boolean;
}

/** Every virtual address. */
export const EVERYWHERE: AddressRange = { from: 0n, to: 1n << 64n };

/** Whether an address of the range's kind is in it. */
export function inRange({ from, to }: AddressRange, address: bigint): boolean {
  return address >= from && address < to;
}
/** Whether `size` bytes at an address of the range's kind touch it. */
export function touches({ from, to }: AddressRange, address: bigint, size: number): boolean {
  return address < to && address + BigInt(size) > from;
}
/** Whether the range is all there is. */
export function isEverywhere({ from, to, physical = false }: AddressRange): boolean {
  return !physical && from === 0n && to >= 1n << 64n;
}
