/** From addresses of instructions to their records. */
import { type Decoded, type Decoder, Disp } from '../a64/spec/index.js';
import { JUMP_KIND } from '../interp/flow.js';
import { type HandlerSource, placeOf } from '../interp/handler.js';
import { type Handlers, handlerKey, type ProfiledSources } from '../interp/handlers.js';
import type { HandlerProfile } from '../interp/profile.js';
import { encodeRecord } from '../interp/record.js';
import type { Sequences } from '../interp/sequences.js';
import { Special } from '../interp/special.js';
import { acceptsBranch } from './branch-target.js';
import type { DecodeCache } from './decode-cache.js';
import type { HookedRecords } from './hooked-records.js';
import { type CpuHost, FETCH } from './host.js';
import type { Observer } from './observer.js';
import type { PhysicalMemory } from './physical-memory.js';
import { leavesPage, RecentRecords } from './recent-records.js';
import { CELL, STATE, TLB_SET } from './state.js';
import type { Tlb } from './tlb.js';

const PAGE = 4096;
const INSTRUCTION = 4;
/** Words that stay decoded for the compiler. */
const DECODED_WORDS = 4096;
const TWO32 = 2 ** 32;
/** PSTATE.BTYPE after BR, BLR, and BR from a guarded page through other registers than X16 and X17. */
const BR = 1;
const BLR = 2;
const BR_GUARDED = 3;

/** A handler, as profiles see it; whether it can be in the interpreter's loop, and goes on with the next instruction. */
export interface HandlerIdentity {
  readonly key: string;
  readonly far: boolean;
  readonly inline: boolean;
  readonly straight: boolean;
}

/** Fetches and decodes for the running CPU. */
export class FetchPath {
  /** Set once the handlers known in advance are made. */
  handlers!: Handlers;
  /** Instructions that are not executed without further ado. */
  hooked!: HookedRecords;
  observer: Observer | undefined;
  /** A translation was found that the observer has to be asked about; nothing was fetched. */
  asks = false;
  private readonly view: DataView;
  private readonly words: Int32Array;
  private readonly u64: BigUint64Array;
  private readonly recent: RecentRecords;
  /** Instructions that the compiler asked for, by word: it looks at most of them several times. */
  private readonly decoded = new Map<number, Decoded>();

  constructor(
    buffer: ArrayBufferLike,
    private readonly memory: PhysicalMemory,
    private readonly cache: DecodeCache,
    private readonly sequences: Sequences,
    readonly decoder: Decoder,
    /** Whether the CPU has FEAT_BTI. */
    private readonly bti: boolean,
    private readonly running: () => { readonly host: CpuHost; readonly tlb: Tlb },
  ) {
    this.view = new DataView(buffer);
    this.words = new Int32Array(buffer);
    this.u64 = new BigUint64Array(buffer);
    this.recent = new RecentRecords(this.words);
  }

  /** The instructions of a profile that this CPU has. */
  sources(profile: HandlerProfile): ProfiledSources {
    const known = (list: HandlerProfile['handlers']): HandlerSource[] =>
      list.flatMap(([word, far]) => {
        const decoded = this.decoder.decode(word);
        return decoded ? [{ decoded, far }] : [];
      });
    const sequences = profile.sequences.map(known).filter((s, i) => s.length === profile.sequences[i]!.length);
    return { handlers: known(profile.handlers), hot: profile.hot, sequences };
  }
  /** Which handler executes `word` at `offset` in its page; undefined when it is UNDEFINED. */
  identify(word: number, offset: number): HandlerIdentity | undefined {
    const decoded = this.decoder.decode(word);
    if (decoded === undefined) return undefined;
    const far = leavesPage(displacement(decoded.operands), offset);
    return { key: handlerKey(decoded, far), far, ...placeOf(decoded) };
  }
  /** The instruction word of a record. */
  word(ip: number): number {
    return this.words[this.memory.wordOf(this.cache.addressOf(ip))]!;
  }
  /** The instruction of a record for the compiler; undefined when it is UNDEFINED, or hooked. */
  compilable(ip: number): Decoded | undefined {
    if (this.observer !== undefined && this.hooked.has(ip)) return undefined;
    const word = this.word(ip);
    const known = this.decoded.get(word);
    if (known !== undefined) return known;
    const decoded = this.decoder.decode(word);
    if (decoded === undefined) return undefined;
    if (this.decoded.size >= DECODED_WORDS) this.decoded.clear();
    this.decoded.set(word, decoded);
    return decoded;
  }

  /** Decodes the instruction of a fresh record. */
  decode(ip: number): void {
    const address = this.cache.addressOf(ip);
    const word = this.word(ip);
    this.record(ip, word, address);
    if (this.observer !== undefined) this.hooked.decoded(ip, address, word);
    this.sequences.written(ip);
  }
  private record(ip: number, word: number, address: number): void {
    const offset = address % PAGE;
    if (this.recent.copy(word, ip, offset)) return;
    const decoded = this.decoder.decode(word);
    if (decoded === undefined) {
      this.view.setUint16(ip, Special.undefined, true);
      return;
    }
    const distance = displacement(decoded.operands);
    const far = leavesPage(distance, offset);
    const handler = this.handlers.get(decoded, far);
    encodeRecord(this.view, ip, handler.number, handler.layout, decoded.operands);
    this.recent.keep(word, ip, distance, far);
  }

  /** The record of the instruction at `hi:lo`, where execution goes on; -1 when it cannot be fetched. */
  resume(lo: number, hi: number): number {
    const btype = this.words[STATE.BTYPE >> 2]!;
    if (btype === 0) return this.enter(lo, hi);
    // A return from an exception that came between a branch and its target.
    const ip = this.arrive(lo, hi, btype);
    if (ip >= 0) this.words[STATE.BTYPE >> 2] = 0;
    return ip;
  }
  /** The record of a jump's target; -1 when it cannot be fetched or refuses the jump. PC is the jump's. */
  jump(lo: number, target: number, kind: number): number {
    let hi = target;
    // PC never holds a tag: bits 63:56 become those of bit 55 where translation ignores them.
    if (hi >> 24 !== (hi << 8) >> 31) {
      hi = this.running().host.branchTop?.(hi) ?? hi;
      this.words[(CELL.JUMP >> 2) + 1] = hi;
    }
    if (kind === JUMP_KIND.ret || !this.bti) return this.enter(lo, hi);
    const btype = kind === JUMP_KIND.blr ? BLR : kind === JUMP_KIND.br && this.fromGuarded() ? BR_GUARDED : BR;
    const ip = this.arrive(lo, hi, btype);
    // The exception saves BTYPE with the rest of PSTATE.
    if (ip < 0) this.words[STATE.BTYPE >> 2] = btype;
    return ip;
  }
  /** Enters, checking that a guarded page accepts the branch. */
  private arrive(lo: number, hi: number, btype: number): number {
    const ip = this.enter(lo, hi);
    const { host, tlb } = this.running();
    if (ip < 0 || !this.bti) return ip;
    // An entry that is not kept was translated just now.
    const guarded = tlb.current.lookupFetch(lo, hi) < 0 ? host.translation.guarded : tlb.current.isGuarded(lo);
    if (
      !guarded ||
      acceptsBranch(this.words[this.memory.wordOf(this.cache.addressOf(ip))]!, btype, host.branchTargetStrict())
    )
      return ip;
    this.words[CELL.JUMP_BTYPE >> 2] = btype;
    return -1;
  }
  /** Whether the jump itself is in a guarded page. */
  private fromGuarded(): boolean {
    const bias = this.u64[CELL.PC_BIAS >> 3]!;
    const pc = bias + BigInt((this.words[CELL.IP >> 2]! >>> 2) - INSTRUCTION);
    const [lo, hi] = [Number(pc & 0xffff_ffffn) | 0, Number((pc >> 32n) & 0xffff_ffffn) | 0];
    const { host, tlb } = this.running();
    if (tlb.current.lookupFetch(lo, hi) >= 0) return tlb.current.isGuarded(lo);
    return host.translate(lo, hi, FETCH, false) && host.translation.guarded;
  }

  /** The record of the instruction at `hi:lo`, entered into the fetch TLB; -1 when it cannot be fetched. */
  private enter(lo: number, hi: number): number {
    this.words[CELL.JUMP_BTYPE >> 2] = 0;
    const { host, tlb } = this.running();
    const known = tlb.current.lookupFetch(lo, hi);
    if (known >= 0) return this.setPage(lo, hi, known);
    if (!host.translate(lo, hi, FETCH, false)) return -1;
    const { pa, keep, nG } = host.translation;
    const guarded = this.bti && host.translation.guarded;
    if (this.memory.find(pa) === undefined) {
      host.externalAbort(lo, hi, FETCH);
      return -1;
    }
    const { observer } = this;
    if (keep && observer?.fills(lo, hi, pa, FETCH) === false) {
      this.asks = true;
      return -1;
    }
    const records = this.cache.records(Math.floor(pa / PAGE));
    observer?.entered(lo, hi, pa);
    if (keep) {
      tlb.current.fill(TLB_SET.FETCH, lo, hi, records, nG, guarded);
      if (!guarded) tlb.current.fill(TLB_SET.FETCH_INDIRECT, lo, hi, records, nG);
    }
    return this.setPage(lo, hi, records);
  }
  /** Makes the page of `hi:lo` with its records the current one; gives the instruction's record. */
  private setPage(lo: number, hi: number, records: number): number {
    const page = (lo & -PAGE) >>> 0;
    const offset = records >>> 2;
    this.words[CELL.PC_BIAS >> 2] = page - offset;
    this.words[(CELL.PC_BIAS >> 2) + 1] = hi - (page < offset ? 1 : 0);
    return records + (lo & (PAGE - 4)) * 4;
  }
  /** Makes `STATE.PC` the address of the instruction whose record is in the cell. */
  syncPc(): void {
    const { words } = this;
    const low = (words[CELL.PC_BIAS >> 2]! >>> 0) + (words[CELL.IP >> 2]! >>> 2);
    words[STATE.PC >> 2] = low;
    words[(STATE.PC >> 2) + 1] = words[(CELL.PC_BIAS >> 2) + 1]! + (low >= TWO32 ? 1 : 0);
  }
}

/** How far away the target of a direct branch is; undefined for other instructions. */
function displacement(operands: Readonly<Record<string, unknown>>): number | undefined {
  for (const name in operands) {
    const o = operands[name];
    if (o instanceof Disp) return o.k;
  }
  return undefined;
}
