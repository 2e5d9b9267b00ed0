import { describe, expect, it } from 'vitest';
import { MachO, Pointers } from '../src/index.js';
import { fixture, machOFiles, thinFiles } from './support.js';

interface Slot {
  at: number;
  bind: boolean;
  target: bigint;
  auth: string;
}

/**
 * A second walk, straight from the bit numbers of mach-o/fixup-chains.h with big integers and no code in common with
 * the package's but the reading of load commands.
 */
function walk(macho: MachO, bytes: Uint8Array): Slot[] {
  const command = macho.command('LC_DYLD_CHAINED_FIXUPS');
  if (command === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blob = command.fields.dataoff;
  const image = blob + view.getUint32(blob + 4, true);
  const out: Slot[] = [];
  for (let s = 0; s < view.getUint32(image, true); s++) {
    const offset = view.getUint32(image + 4 + 4 * s, true);
    if (offset === 0) continue;
    const at = image + offset;
    const [pageSize, format] = [view.getUint16(at + 4, true), view.getUint16(at + 6, true)];
    const segmentAddress = macho.baseAddress + view.getBigUint64(at + 8, true);
    const segment = macho.segments.find(x => x.vmaddr === segmentAddress && x.filesize > 0)!;
    for (let p = 0; p < view.getUint16(at + 20, true); p++) {
      const start = view.getUint16(at + 22 + 2 * p, true);
      if (start === 0xffff) continue;
      for (let slot = segment.fileoff + p * pageSize + start; ; ) {
        const word = view.getBigUint64(slot, true);
        const field = (shift: number, width: number) => (word >> BigInt(shift)) & ((1n << BigInt(width)) - 1n);
        const cache = format === 8 || format === 11;
        const arm64e = [1, 7, 9, 10, 12].includes(format);
        const signed = (cache || arm64e) && field(63, 1) === 1n;
        const bind = cache ? false : field(arm64e ? 62 : 63, 1) === 1n;
        const next = Number(cache || !arm64e ? field(51, 12) : field(51, 11));
        const key = cache ? field(49, 2) : field(49, 2);
        const auth = signed ? `${['IA', 'IB', 'DA', 'DB'][Number(key)]} ${field(32, 16)} ${field(48, 1)}` : '';
        let target = 0n;
        if (bind) target = field(0, arm64e ? (format === 12 ? 24 : 16) : 24);
        else if (cache) target = macho.baseAddress + field(0, 30);
        else if (arm64e && signed) target = macho.baseAddress + field(0, 32);
        else if (arm64e)
          target = (field(43, 8) << 56n) | (field(0, 43) + (format === 1 || format === 10 ? 0n : macho.baseAddress));
        else target = (field(36, 8) << 56n) | (field(0, 36) + (format === 6 ? macho.baseAddress : 0n));
        out.push({ at: slot, bind, target, auth });
        if (next === 0) break;
        slot += next * (format === 11 ? 1 : arm64e && format !== 7 && format !== 10 ? 8 : 4);
      }
    }
  }
  return out;
}

describe('an independent walk of the chains', () => {
  const FORMATS = new Map<number, number>();
  for (const path of machOFiles())
    for (const { architecture, bytes } of thinFiles(fixture(path))) {
      const macho = new MachO(bytes);
      if (!macho.is64 || macho.command('LC_DYLD_CHAINED_FIXUPS') === undefined) continue;
      it(`${path} ${architecture}`, () => {
        const pointers = new Pointers(macho);
        const slots = walk(macho, bytes);
        const ours = Array.from(pointers).filter(f => f.format.id > 0);
        for (const f of ours) FORMATS.set(f.format.id, (FORMATS.get(f.format.id) ?? 0) + 1);
        expect(
          ours.map(({ offset, stored, target, auth }) => ({
            at: offset,
            bind: stored.kind === 'bind',
            target: stored.kind === 'bind' ? BigInt(stored.ordinal) : target,
            auth: auth === undefined ? '' : `${auth.key} ${auth.diversity} ${Number(auth.addressDiversity)}`,
          })),
        ).toEqual(slots);
      });
    }
  it('met formats 6, 7 and 8', () => {
    for (const id of [6, 7, 8]) expect(FORMATS.get(id)).toBeGreaterThan(10);
  });
});
