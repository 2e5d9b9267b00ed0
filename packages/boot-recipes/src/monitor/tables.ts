import { GuestMemory, readRegister, translation } from 'arm64-emu';
import { hex, type MonitorCpu, type MonitorTarget } from './target.js';

const MOST_ROWS = 400;
const MOST_TABLES = 4096;
const ADDRESS = 0x0000_ffff_ffff_f000n;
/** log2 of the granule by TCR_EL1.TG0 and TG1. */
const GRANULE_0 = [12, 16, 14] as const;
const GRANULE_1 = [0, 14, 12, 16] as const;

/** A run of pages with consecutive physical addresses and the same attributes. */
interface Run {
  readonly va: bigint;
  readonly pa: bigint;
  size: bigint;
  readonly flags: string;
}

/** What a page allows, by its own descriptor: at EL1 and EL0, execute never, access flag, not global, MAIR index. */
function flagsOf(descriptor: bigint): string {
  const bit = (n: number): boolean => ((descriptor >> BigInt(n)) & 1n) === 1n;
  const write = bit(7) ? '-' : 'w';
  const user = bit(6) ? `r${write}` : '--';
  return `el1 r${write}${bit(53) ? '-' : 'x'} el0 ${user}${bit(54) ? '-' : 'x'} attr ${(descriptor >> 2n) & 7n}${bit(11) ? ' nG' : ''}${bit(10) ? '' : ' no AF'}`;
}

/** Walks the tables of one half of the address space. */
function* walk(memory: GuestMemory, ttbr: bigint, sizeBits: number, granule: number, top: bigint): Generator<Run> {
  const stride = granule - 3;
  const levels = Math.ceil((sizeBits - granule) / stride);
  const mask = ADDRESS & ~((1n << BigInt(granule)) - 1n);
  let tables = 0;
  function* visit(table: bigint, level: number, va: bigint, entries: number): Generator<Run> {
    if (++tables > MOST_TABLES) return;
    let bytes: Uint8Array;
    try {
      bytes = memory.readPhysical(Number(table), entries * 8);
    } catch {
      return; // not RAM
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const shift = BigInt(granule + stride * (3 - level));
    for (let i = 0; i < entries; i++) {
      const descriptor = view.getBigUint64(8 * i, true);
      const at = va + (BigInt(i) << shift);
      if ((descriptor & 1n) === 0n) continue;
      if (level < 3 && descriptor & 2n) yield* visit(descriptor & mask, level + 1, at, 2 ** stride);
      else if (level === 3 ? descriptor & 2n : level > 0)
        yield {
          va: at,
          pa: descriptor & ADDRESS & ~((1n << shift) - 1n),
          size: 1n << shift,
          flags: flagsOf(descriptor),
        };
    }
  }
  const first = 4 - levels;
  yield* visit(ttbr & ADDRESS & ~0n, first, top, 2 ** (sizeBits - granule - stride * (3 - first)));
}

/** `info tlb`: what the tables of a CPU's EL1 map, runs of pages in a row. */
export function infoTlb(target: MonitorTarget, cpu: MonitorCpu): string {
  if ((readRegister(cpu, 'SCTLR_EL1') & 1n) === 0n) return 'translation is off: addresses are physical';
  const tcr = readRegister(cpu, 'TCR_EL1');
  const memory = new GuestMemory(target);
  const rows: Run[] = [];
  const halves = [
    { ttbr: 'TTBR0_EL1', bits: 64 - Number(tcr & 63n), granule: GRANULE_0[Number((tcr >> 14n) & 3n)], off: tcr >> 7n },
    {
      ttbr: 'TTBR1_EL1',
      bits: 64 - Number((tcr >> 16n) & 63n),
      granule: GRANULE_1[Number((tcr >> 30n) & 3n)],
      off: tcr >> 23n,
    },
  ];
  for (const [half, { ttbr, bits, granule, off }] of halves.entries()) {
    if (!granule || (off & 1n) === 1n) continue;
    const top = half === 0 ? 0n : BigInt.asUintN(64, -1n << BigInt(bits));
    for (const run of walk(memory, readRegister(cpu, ttbr), bits, granule, top)) {
      const last = rows.at(-1);
      if (last?.flags === run.flags && last.va + last.size === run.va && last.pa + last.size === run.pa)
        last.size += run.size;
      else rows.push(run);
      if (rows.length > MOST_ROWS) break;
    }
  }
  const more = rows.length > MOST_ROWS ? '\n…' : '';
  return `${rows
    .slice(0, MOST_ROWS)
    .map(({ va, pa, size, flags }) => `${hex(va, 16)} ${hex(pa, 10)} ${hex(size).padStart(12)} ${flags}`)
    .join('\n')}${more}`;
}

/** Where one address leads, and why: with the descriptors on the way. */
export const explain = (cpu: MonitorCpu, address: bigint): string => translation(cpu, address).text;
