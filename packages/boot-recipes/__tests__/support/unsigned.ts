/** A Mach-O without its LC_CODE_SIGNATURE, which is the last load command of ours: what is broken in it then is not noticed beforehand. */
export function unsigned(macho: Uint8Array): Uint8Array {
  const copy = macho.slice();
  const view = new DataView(copy.buffer);
  const [count, size] = [view.getUint32(16, true), view.getUint32(20, true)];
  const last = 32 + size - 16;
  if (view.getUint32(last, true) !== 0x1d) throw new Error('the last load command is no LC_CODE_SIGNATURE');
  view.setUint32(16, count - 1, true);
  view.setUint32(20, size - 16, true);
  copy.fill(0, last, last + 16);
  return copy;
}
