// Facts of a kc-case, checked against the collections that were built: see FORMAT.md beside the cases.
import {
  collectionBase,
  functionStarts,
  type KernelCollection,
  localRelocations,
  type MachO,
  type MachOSymbol,
  Pointers,
  readSymbols,
  type Section,
  symbolRanges,
} from '../src/index.js';
import { entryPoint, uuidText } from '../src/macho/info.js';
import { asDict, asInteger, asText } from '../src/plist/value.js';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Dict = { [key: string]: Json };

/** A slot as the facts speak of it. */
interface Slot {
  at: bigint;
  kc: number;
  addr: bigint;
  auth: { key: string; addrDiv: boolean; diversity: number } | undefined;
  reloc: string | undefined;
}

/** A built collection with what facts ask of it. */
export interface Built {
  readonly collection: KernelCollection;
  readonly level: number;
}

const isDict = (value: Json | undefined): value is Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const hexText = (value: bigint | number) => `0x${BigInt(value).toString(16).toUpperCase()}`;
const show = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? hexText(v) : v)) ?? 'nothing';

export class FactChecker {
  hold = 0;
  readonly failures: string[] = [];

  constructor(
    readonly built: ReadonlyMap<string, Built>,
    readonly current: string,
  ) {}

  private check(path: string, actual: unknown, expected: unknown): void {
    if (show(actual) === show(expected)) this.hold++;
    else this.failures.push(`${path}: ${show(actual)}, expected ${show(expected)}`);
  }

  /** Lowest address of the collection's segments. */
  private lowest(kc: KernelCollection): bigint {
    return collectionBase(kc.macho);
  }

  private image(kc: KernelCollection, key: Json | undefined): MachO {
    const ids = kc.imageIds;
    const id = typeof key === 'number' ? ids[key] : ids.find(i => i === key);
    const image = id === undefined ? undefined : kc.image(id);
    if (image === undefined) throw new Error(`no image ${show(key)}`);
    return image;
  }

  private symbols(image: MachO, scope: 'global' | 'local'): MachOSymbol[] {
    const ranges = symbolRanges(image);
    const table = readSymbols(image);
    if (ranges === undefined) return [];
    const [from, to] = scope === 'global' ? ranges.exports : ranges.locals;
    return Array.from({ length: to - from }, (_, i) => table.at(from + i));
  }

  /** Slots of the collection's own chains (with the kernel's relocations), or of an image's. */
  slots(built: Built, image?: MachO): Slot[] | 'none' {
    const { collection } = built;
    const { macho } = collection;
    if (image !== undefined && image.command('LC_DYLD_CHAINED_FIXUPS') === undefined) return 'none';
    const base = this.lowest(collection);
    const pointers = image === undefined ? new Pointers(macho, { bases: [] }) : new Pointers(image, { bases: [] });
    const text = macho.segment('__TEXT')?.vmaddr ?? 0n;
    const out: Slot[] = [];
    for (const fixup of pointers) {
      if (fixup.format.id === -2) continue;
      const at = image === undefined ? fixup.location - base : fixup.location - image.baseAddress + (text - base);
      out.push({
        at,
        kc: fixup.stored.cacheLevel,
        addr: fixup.stored.target + base,
        auth:
          fixup.auth === undefined
            ? undefined
            : { key: fixup.auth.key, addrDiv: fixup.auth.addressDiversity, diversity: fixup.auth.diversity },
        reloc: undefined,
      });
    }
    if (image === undefined)
      for (const relocation of localRelocations(macho)) {
        const address = base + BigInt(relocation.address);
        const bytes = macho.bytesAt(address, 1 << relocation.length);
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        const wide = relocation.length === 3;
        out.push({
          at: address - base,
          kc: 0,
          addr: wide ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true)),
          auth: undefined,
          reloc: wide ? 'pointer64' : 'pointer32',
        });
      }
    return out;
  }

  /** Value of an expression. */
  value(expression: Json): bigint {
    if (typeof expression === 'string') return BigInt(expression);
    if (typeof expression === 'number') return BigInt(expression);
    if (!isDict(expression)) throw new Error(`no expression: ${show(expression)}`);
    const built = this.built.get(typeof expression.kc === 'string' ? expression.kc : this.current);
    if (built === undefined) throw new Error(`no collection ${show(expression.kc)}`);
    const { collection } = built;
    let result: bigint;
    if (expression.of === 'slot') {
      const image = expression.image === undefined ? undefined : this.image(collection, expression.image);
      const wanted = this.target(expression.holding!);
      const slots = this.slots(built, image);
      const found = (slots === 'none' ? [] : slots).filter(s => this.sameTarget(s, wanted)).map(s => s.at);
      if (found.length === 0) throw new Error(`no slot holds ${show(wanted)}`);
      result = found.sort((a, b) => (hexText(a) < hexText(b) ? -1 : 1))[0]!;
    } else if (expression.of === 'segment') {
      const macho = expression.image === undefined ? collection.macho : this.image(collection, expression.image);
      const segment = macho.segment(String(expression.name));
      if (segment === undefined) throw new Error(`no segment ${show(expression.name)}`);
      result = expression.field === 'vmSize' ? segment.vmsize : segment.vmaddr;
    } else if (expression.of === 'section') {
      const section = this.image(collection, expression.image).section(
        String(expression.segment),
        String(expression.name),
      );
      if (section === undefined) throw new Error(`no section ${show(expression.name)}`);
      result = section.address;
    } else {
      const image = this.image(collection, expression.image);
      const symbol = this.symbols(image, expression.scope as 'global').find(s => s.name === expression.name);
      if (symbol === undefined) throw new Error(`no ${String(expression.scope)} symbol ${String(expression.name)}`);
      result = symbol.value;
    }
    if (expression.minus === 'base')
      result -= (collection.macho.segment('__HIB') ?? collection.macho.segment('__TEXT'))?.vmaddr ?? 0n;
    else if (expression.minus !== undefined) result -= this.value(expression.minus);
    if (expression.plus !== undefined) result += this.value(expression.plus);
    return result;
  }

  private target(json: Json): Omit<Slot, 'at'> {
    if (!isDict(json)) throw new Error('no target');
    return {
      kc: Number(json.kc),
      addr: this.value(json.addr!),
      auth: isDict(json.auth)
        ? { key: String(json.auth.key), addrDiv: json.auth.addrDiv === true, diversity: Number(json.auth.diversity) }
        : undefined,
      reloc: typeof json.reloc === 'string' ? json.reloc : undefined,
    };
  }

  private sameTarget(slot: Omit<Slot, 'at'>, other: Omit<Slot, 'at'>): boolean {
    const strip = ({ kc, addr, auth, reloc }: Omit<Slot, 'at'>) =>
      show([
        kc,
        BigInt.asUintN(64, addr),
        auth === undefined ? null : [auth.key, auth.addrDiv, auth.diversity],
        reloc ?? null,
      ]);
    return strip(slot) === strip(other);
  }

  private fixups(path: string, built: Built, expected: Dict, image?: MachO): void {
    const slots = this.slots(built, image);
    const count = expected.fixupCount;
    if (count !== undefined) {
      if (isDict(count))
        this.check(
          `${path}.fixupCount >= ${show(count.min)}`,
          slots !== 'none' && slots.length >= Number(count.min),
          true,
        );
      else this.check(`${path}.fixupCount`, slots === 'none' ? 'none' : slots.length, count);
    }
    for (const [i, fact] of ((expected.fixups as Dict[] | undefined) ?? []).entries())
      this.guarded(`${path}.fixups[${i}]`, () => {
        const at = this.value(fact.at!);
        const target = this.target(fact.target!);
        const slot = (slots === 'none' ? [] : slots).find(s => s.at === at);
        if (slot !== undefined && this.sameTarget(slot, target)) this.hold++;
        else this.failures.push(`${path}.fixups[${i}] at ${hexText(at)}: ${show(slot)}, expected ${show(target)}`);
      });
  }

  private guarded(path: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.failures.push(`${path}: ${(error as Error).message}`);
    }
  }

  private positional(
    path: string,
    expected: Json | undefined,
    count: number,
    each: (fact: Dict, i: number, path: string) => void,
  ): void {
    if (expected === undefined) return;
    if (expected === 'none') {
      this.check(path, count, 0);
      return;
    }
    if (!isDict(expected)) return;
    if (expected.count !== undefined) this.check(`${path}.count`, count, expected.count);
    for (const [i, fact] of ((expected.list as Dict[] | undefined) ?? []).entries())
      this.guarded(`${path}[${i}]`, () => {
        if (Object.keys(fact).length === 0) return;
        if (i >= count) throw new Error(`there are ${count}`);
        each(fact, i, `${path}[${i}]`);
      });
  }

  private ranges(
    path: string,
    expected: Json | undefined,
    list: readonly { name: string; address: bigint; size: bigint; sections?: readonly Section[] }[],
  ): void {
    this.positional(path, expected, list.length, (fact, i, where) => {
      const one = list[i]!;
      if (fact.name !== undefined) this.check(`${where}.name`, one.name, fact.name);
      if (fact.vmAddr !== undefined)
        this.check(`${where}.vmAddr ${one.name}`, one.address, BigInt(fact.vmAddr as string));
      if (fact.vmSize !== undefined) this.check(`${where}.vmSize ${one.name}`, one.size, BigInt(fact.vmSize as string));
      if (fact.vmEnd !== undefined)
        this.check(`${where}.vmEnd ${one.name}`, one.address + one.size, BigInt(fact.vmEnd as string));
      this.ranges(`${where}.sections`, fact.sections, one.sections ?? []);
    });
  }

  private segmentsOf(macho: MachO) {
    return macho.segments.map(s => ({ name: s.name, address: s.vmaddr, size: s.vmsize, sections: s.sections }));
  }

  private uuid(name: string, field: Json): string {
    const { collection } = this.built.get(name)!;
    const info = collection.prelinkInfo;
    const bytes =
      field === 'uuid'
        ? collection.macho.command('LC_UUID')?.fields.uuid
        : field === 'prelink-info-uuid'
          ? info?.uuid
          : field === 'prelink-info-base-uuid'
            ? info?.bootUuid
            : info?.pageableUuid;
    return bytes === undefined ? 'none' : uuidText(bytes);
  }

  private imageFacts(built: Built, id: string, fact: Dict, where: string): void {
    const { collection } = built;
    const image = collection.image(id)!;
    if (typeof fact.name === 'string') this.check(`${where}.name`, id, fact.name);
    else if (isDict(fact.name)) this.check(`${where}.name`, id.endsWith(String(fact.name.endsWith)), true);
    if (fact.relativePath !== undefined)
      this.check(`${where}.relativePath`, collection.kext(id)?.executablePath, fact.relativePath);
    this.ranges(`${where}.segments`, fact.segments, this.segmentsOf(image));
    for (const [key, scope] of [
      ['globals', 'global'],
      ['locals', 'local'],
    ] as const) {
      const list = this.symbols(image, scope);
      this.positional(`${where}.${key}`, fact[key], list.length, (f, i, p) => {
        if (f.name !== undefined) this.check(`${p}.name`, list[i]!.name, f.name);
        if (f.addr !== undefined) this.check(`${p}.addr`, list[i]!.value, BigInt(f.addr as string));
      });
    }
    const starts = functionStarts(image);
    this.positional(`${where}.functionStarts`, fact.functionStarts, starts.length, (f, i, p) => {
      if (f.addr !== undefined) this.check(`${p}.addr`, starts[i], this.value(f.addr));
    });
    if (fact.kmodInfo === 'none')
      this.check(
        `${where}.kmodInfo`,
        [...readSymbols(image)].some(s => s.name === '_kmod_info'),
        false,
      );
    else if (isDict(fact.kmodInfo)) {
      const kext = collection.kext(id)!;
      const info = collection.kmodInfo(kext)!;
      const actual: Record<string, unknown> = {
        infoVersion: String(info.info_version),
        name: info.name,
        version: info.version,
        address: hexText(info.address),
        size: hexText(info.size),
      };
      for (const [key, value] of Object.entries(fact.kmodInfo)) {
        const expected = key === 'address' || key === 'size' ? hexText(BigInt(value as string)) : value;
        this.check(`${where}.kmodInfo.${key}`, actual[key], expected);
      }
    }
    this.fixups(where, built, fact, image);
  }

  /** All facts of a collection that was built. */
  checkCollection(expected: Dict): void {
    const built = this.built.get(this.current)!;
    const { collection } = built;
    const { macho } = collection;
    if (expected.succeeds !== undefined) this.hold++;
    const ids = collection.imageIds;
    this.positional('images', expected.images, ids.length, (fact, i, where) =>
      this.imageFacts(built, ids[i]!, fact, where),
    );
    this.ranges('segments', expected.segments, this.segmentsOf(macho));
    if (expected.entrypoint !== undefined)
      this.guarded('entrypoint', () => this.check('entrypoint', entryPoint(macho), this.value(expected.entrypoint!)));
    for (const fact of (expected.uuids as Dict[] | undefined) ?? []) {
      const own = this.uuid(this.current, fact.field!);
      if (fact.not !== undefined)
        this.check(`${String(fact.field)} is not ${String(fact.not)}`, own !== fact.not && own !== 'none', true);
      if (isDict(fact.equals))
        this.check(
          `uuids.${String(fact.field)}`,
          own,
          this.uuid(typeof fact.equals.kc === 'string' ? fact.equals.kc : this.current, fact.equals.field!),
        );
    }
    if (expected.fips !== undefined)
      this.guarded('fips', () => {
        const image = this.image(collection, 'com.apple.kec.corecrypto');
        const section = image.section('__TEXT', '__fips_hmacs')!;
        this.check(
          'fips',
          Buffer.from(image.sectionBytes(section)).toString('hex'),
          String(expected.fips).toLowerCase(),
        );
      });
    const infos = collection.prelinkInfo?.kexts ?? [];
    this.positional('prelinkInfo', expected.prelinkInfo, infos.length, (fact, i, where) => {
      if (fact.bundleId !== undefined)
        this.check(`${where}.bundleId`, asText(asDict(infos[i]!.info)?.get('CFBundleIdentifier')), fact.bundleId);
      if (fact.executableSize !== undefined)
        this.check(
          `${where}.executableSize`,
          asInteger(infos[i]!.info.get('_PrelinkExecutableSize')) ?? 0n,
          BigInt(fact.executableSize as string),
        );
    });
    this.fixups('', built, expected);
    for (const [i, pair] of ((expected.equal as Json[][] | undefined) ?? []).entries())
      this.guarded(`equal[${i}]`, () => this.check(`equal[${i}]`, this.value(pair[0]!), this.value(pair[1]!)));
  }
}

/** Facts of a build that must fail. */
export function checkErrors(
  expected: Dict,
  errors: readonly { id: string | undefined; message: string }[],
): { hold: number; failures: string[] } {
  let hold = 0;
  const failures: string[] = [];
  const check = (path: string, ok: boolean) => {
    if (ok) hold++;
    else failures.push(`${path}; the errors are ${show(errors)}`);
  };
  const facts = expected.errors as Dict;
  const ids = [...new Set(errors.map(e => e.id))].sort();
  if (facts.count !== undefined) check(`errors.count ${show(facts.count)}`, ids.length === facts.count);
  for (const fact of facts.list as Dict[]) {
    if (fact.contains !== undefined) {
      check(
        `an error contains "${String(fact.contains)}"`,
        errors.some(e => e.message.includes(String(fact.contains))),
      );
      continue;
    }
    const own = errors.filter(e => e.id === fact.id);
    check(`errors of ${String(fact.id)}`, own.length > 0);
    const messages = fact.messages as Dict;
    if (messages.count !== undefined)
      check(`${String(fact.id)}: ${show(messages.count)} messages`, own.length === messages.count);
    for (const message of messages.list as Dict[])
      check(
        `${String(fact.id)}: "${String(message.text)}"`,
        own.some(e => e.message === message.text),
      );
  }
  return { hold, failures };
}
