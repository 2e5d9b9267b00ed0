import { describe, expect, it } from 'vitest';
import {
  ALLOW_ANY_SIGNATURE,
  applyPatches,
  CodeImage,
  GHIDRA_FIX,
  isMachOError,
  KPRINTF_ON,
  MachO,
  NO_IOKIT_TIME,
  openCollection,
  PAC_TO_PLAIN,
  type PatchSet,
  Pointers,
  pacRule,
  undoPatches,
} from '../src/index.js';
import { compileKernel, haveClang } from './clang-kernel.js';
import { fixture, haveTool, run } from './support.js';

// The shape of the functions that the three patches of an XNU boot concern; the names are the kernel's.
const SOURCE = `
typedef unsigned u32;
u32 disable_serial_output = 1;
static u32 disable_kprintf_output = 1;
void serial(const char *);
__attribute__((noinline)) void kprintf(const char *f) { if (!(*(volatile u32 *)&disable_serial_output | *(volatile u32 *)&disable_kprintf_output)) serial(f); }
__attribute__((noinline)) void serial(const char *s) { while (*s) *(volatile char *)0x235200020 = *s++; }
__attribute__((noinline)) void IOKitInitializeTime(void) { kprintf("waiting"); }
__attribute__((noinline)) void panic(const char *s) { serial(s); for (;;) ; }
__attribute__((noinline)) void bsd_init(void *map) { kprintf("bsd_init: calling IOKitInitializeTime\\n"); IOKitInitializeTime(); if (!map) panic("Failed to allocate bsd pageable map"); serial("end"); }
__attribute__((noinline)) int check_for_signature(void *p) { kprintf("CS Platform Exec Logging: Executing platform signed binary '%s' with cdhash %s\\n"); return p ? 13 : *(volatile int *)8; }
int (*volatile check)(void *) = check_for_signature;
void start(void) { bsd_init((void *)1); check(0); for (;;) ; }
void write_flag(void) { *(volatile u32 *)&disable_kprintf_output = 5; }
`;

const word = (bytes: Uint8Array, at: number) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

describe.skipIf(!haveClang)('the three patches of a debugger-free boot', () => {
  const kernel = haveClang
    ? compileKernel(SOURCE, ['-march=armv8.3-a', '-mbranch-protection=pac-ret+leaf+b-key'])
    : new Uint8Array(0);
  const macho = haveClang ? new MachO(kernel) : (undefined as never);
  const symbols = haveClang ? new CodeImage(macho).symbols : new Map<string, bigint>();

  it('are found by symbol and verified', () => {
    const { bytes, results } = applyPatches(openCollection(kernel), [KPRINTF_ON, NO_IOKIT_TIME, ALLOW_ANY_SIGNATURE]);
    expect(results.map(r => [r.patch, r.foundBy])).toEqual([
      ['disable_kprintf_output', 'flag'],
      ['IOKitInitializeTime', 'call'],
      ['check_for_signature', 'symbol'],
    ]);
    const [flag, call, check] = results.map(r => r.changes[0]!);
    expect(flag!.address).toBe(symbols.get('_disable_kprintf_output'));
    expect(word(bytes, flag!.offset)).toBe(0);
    expect(word(bytes, macho.fileOffset(symbols.get('_disable_serial_output')!)!)).toBe(1);
    expect(word(bytes, call!.offset)).toBe(0xd503201f);
    expect(call!.address! > symbols.get('_bsd_init')!).toBe(true);
    expect(check!.address).toBe(symbols.get('_check_for_signature'));
    expect([word(bytes, check!.offset), word(bytes, check!.offset + 4)]).toEqual([0x52800000, 0xd65f03c0]);
  });

  it('are found by text without symbols', () => {
    const stripped = kernel.slice();
    const command = macho.command('LC_SYMTAB')!;
    const copy = new MachO(stripped);
    copy.command('LC_SYMTAB')!.fields.nsyms = 0;
    const bytes = copy.encode();
    expect(command.fields.nsyms).toBeGreaterThan(0);
    const { results } = applyPatches(openCollection(bytes), [NO_IOKIT_TIME, ALLOW_ANY_SIGNATURE]);
    expect(results.map(r => r.foundBy)).toEqual(['call-after-string', 'string']);
    const [named] = applyPatches(openCollection(kernel), [NO_IOKIT_TIME]).results;
    expect(results[0]!.changes[0]!.address).toBe(named!.changes[0]!.address);
    expect(results[1]!.changes[0]!.address).toBe(symbols.get('_check_for_signature'));
  });

  it('take no room for arguments for the beginning of a function', () => {
    // As compilers for Darwin make it: arguments of variadic calls are pushed, and there is no signing to tell the beginning.
    const source = `
__attribute__((noinline)) void log_text(const char *f) { *(volatile long *)0x235200020 = (long)f; }
int check_for_signature(volatile long *);
int (*volatile check)(volatile long *) = check_for_signature;
void start(void) { check(0); for (;;) ; }
__asm__(".text\\n.globl check_for_signature\\n.type check_for_signature, %function\\ncheck_for_signature:"
  "sub sp, sp, #0x30\\nstp x20, x19, [sp, #0x10]\\nstp x29, x30, [sp, #0x20]\\nadd x29, sp, #0x20\\nmov x19, x0\\n"
  "stp x8, x21, [sp, #-0x10]!\\nadr x0, text\\nbl log_text\\nadd sp, sp, #0x10\\n"
  "sub sp, sp, #0x10\\nstr x19, [sp]\\nadr x0, text\\nbl log_text\\nadd sp, sp, #0x10\\n"
  "ldp x29, x30, [sp, #0x20]\\nldp x20, x19, [sp, #0x10]\\nadd sp, sp, #0x30\\nret\\n"
  ".size check_for_signature, . - check_for_signature\\n.byte 0\\n"
  "text: .asciz \\"CS Platform Exec Logging\\"\\n.balign 4\\n");
`;
    const unsigned = compileKernel(source, ['-march=armv8-a']);
    const begin = new CodeImage(new MachO(unsigned)).symbols.get('_check_for_signature');
    const stripped = new MachO(unsigned.slice());
    stripped.command('LC_SYMTAB')!.fields.nsyms = 0;
    const { results } = applyPatches(openCollection(stripped.encode()), [ALLOW_ANY_SIGNATURE]);
    expect(results[0]!.changes[0]!.address).toBe(begin);
  });

  it('are undone by their inverse, and refuse another file', () => {
    const { bytes, inverse } = applyPatches(
      openCollection(kernel),
      [KPRINTF_ON, NO_IOKIT_TIME, ALLOW_ANY_SIGNATURE, PAC_TO_PLAIN].slice(0, 3),
    );
    expect(() => undoPatches(kernel.slice(), inverse)).toThrow(/not the patched one/);
    undoPatches(bytes, inverse);
    expect(Buffer.from(bytes).equals(kernel)).toBe(true);
  });

  it('change nothing when one of them does not fit', () => {
    const { bytes } = applyPatches(openCollection(kernel), [KPRINTF_ON]);
    try {
      applyPatches(openCollection(bytes), [NO_IOKIT_TIME, KPRINTF_ON]);
      expect.unreachable();
    } catch (error) {
      expect(isMachOError(error, 'patch-mismatch')).toBe(true);
      expect((error as Error).message).toMatch(
        /kprintf-on\.disable_kprintf_output: .* holds 00 00 00 00, not 01 00 00 00/,
      );
    }
  });
});

describe('pointer authentication to plain', () => {
  const CASES: [text: string, plain: string | undefined][] = [
    ['paciasp', 'nop'],
    ['autibsp', 'nop'],
    ['xpaclri', 'nop'],
    ['pacia1716', 'nop'],
    ['pacda x1, x2', 'nop'],
    ['autdzb x3', 'nop'],
    ['xpaci x4', 'nop'],
    ['pacga x1, x2, x3', 'mov x1, #0'],
    ['braaz x3', 'br x3'],
    ['brab x3, sp', 'br x3'],
    ['blraa x3, x4', 'blr x3'],
    ['blrabz x3', 'blr x3'],
    ['retab', 'ret'],
    ['eretaa', 'eret'],
    ['ldraa x1, [x2, #8]', 'ldr x1, [x2, #8]'],
    ['ldraa x1, [x2, #4088]', 'ldr x1, [x2, #4088]'],
    ['ldrab x1, [x2, #-16]!', 'ldr x1, [x2, #-16]!'],
    ['ldraa x1, [x2, #-256]', 'ldur x1, [x2, #-256]'],
    ['ldraa x1, [x2, #-4096]', undefined],
    ['ldrab x1, [x2, #512]!', undefined],
    ['ldr x1, [x2, x3]', ''],
    ['ret', ''],
    ['br x3', ''],
    ['nop', ''],
    ['ldadd x1, x2, [x3]', ''],
    ['clz x1, x2', ''],
    ['rbit x1, x2', ''],
    ['udiv x1, x2, x3', ''],
    ['bti c', ''],
    ['hint #0x22', ''],
  ];
  it.skipIf(!haveTool('llvm-mc-19'))('agrees with an assembler', () => {
    const assemble = (lines: readonly string[]): number[] => {
      const text = run(
        'llvm-mc-19',
        ['--arch=aarch64', '--mattr=+v8.5a', '--show-encoding'],
        new TextEncoder().encode(lines.join('\n')),
      );
      return [...text.matchAll(/encoding: \[(.*?)\]/g)].map(m =>
        m[1]!.split(',').reduce((n, b, i) => n + Number(b) * 256 ** i, 0),
      );
    };
    const words = assemble(CASES.map(([text]) => text));
    const plain = assemble(CASES.map(([, text]) => text || 'nop'));
    CASES.forEach(([text, expected], i) => {
      const rule = pacRule(words[i]!);
      expect([text, expected === '' ? rule : rule!.plain(words[i]!)]).toEqual([text, expected ? plain[i] : undefined]);
    });
  });

  it.skipIf(!haveClang)('leaves no such instruction in a compiled kernel', () => {
    const kernel = compileKernel(SOURCE, ['-march=armv8.3-a', '-mbranch-protection=pac-ret+leaf']);
    const { bytes, results, inverse } = applyPatches(openCollection(kernel), [PAC_TO_PLAIN]);
    expect(results[0]!.changes.length).toBeGreaterThan(8);
    expect(results[0]!.skipped).toEqual([]);
    const listing = (file: Uint8Array) =>
      run('llvm-objdump-19', ['--macho', '-d', '--section=__TEXT_EXEC,__text', '--mattr=+v8.5a', '-'], file);
    expect(listing(kernel)).toMatch(/\bpaciasp\b/);
    const text = listing(bytes);
    expect(text).toMatch(/\bret\b/);
    expect(text).not.toMatch(/\b(pac|aut|reta|blra|bra)[a-z0-9]*\b/);
    undoPatches(bytes, inverse);
    expect(Buffer.from(bytes).equals(kernel)).toBe(true);
  });
});

describe('patches of data', () => {
  const bytes = fixture('macho-kc/samples/sample.arm64e.kc');
  const before = [...new Pointers(new MachO(bytes))];
  const one = (patch: object): PatchSet => ({
    name: 's',
    description: '',
    patches: [{ name: 'p', reason: 'r', ...patch } as PatchSet['patches'][0]],
  });

  it('take a pointer out of its chain and keep the others', () => {
    for (const victim of [before[0]!, before[5]!, before.at(-1)!]) {
      const set = one({
        find: [{ by: 'address', address: victim.location }],
        replace: { bytes: '11 22 33 44 55 66 77 88' },
      });
      const { bytes: patched, inverse } = applyPatches(openCollection(bytes), [set]);
      const pointers = new Pointers(new MachO(patched));
      expect(pointers.read(victim.location)).toBe(0x8877665544332211n);
      expect([...pointers].map(f => [f.location, f.target, f.auth])).toEqual(
        before.filter(f => f !== victim).map(f => [f.location, f.target, f.auth]),
      );
      undoPatches(patched, inverse);
      expect(Buffer.from(patched).equals(bytes)).toBe(true);
    }
  });

  it('refuse to cover part of a pointer', () => {
    const set = one({ find: [{ by: 'address', address: before[0]!.location + 4n }], replace: { bytes: '00' } });
    expect(() => applyPatches(openCollection(bytes), [set])).toThrow(/part of a pointer/);
  });

  it('say what was found when a place is not unique', () => {
    const set = one({
      find: [
        { by: 'symbol', symbol: '_nothing' },
        { by: 'bytes', pattern: 'ff 0? ?? d1' },
      ],
      replace: { bytes: '00' },
    });
    expect(() => applyPatches(openCollection(bytes), [set])).toThrow(
      /s\.p: symbol: nothing; bytes: (nothing|\d+ places)/,
    );
    expect(() => applyPatches(openCollection(bytes), [one({ find: [], replace: { bytes: 'zz' } })])).toThrow();
  });

  it('find instructions and overlap of sets', () => {
    const ret = { by: 'instructions', image: 'org.example.afoo', words: [{ mask: 0xffffffff, value: 0xd65f03c0 }] };
    const nops = one({ every: true, find: [ret], replace: { bytes: '1f 20 03 d5' } });
    const { results } = applyPatches(openCollection(bytes), [nops]);
    expect(results[0]!.changes.length).toBeGreaterThan(3);
    expect(() => applyPatches(openCollection(bytes), [nops, { ...nops, name: 't' }])).toThrow(/overlaps s\.p/);
  });

  it('apply the Ghidra fix', () => {
    const copy = bytes.slice();
    // A kernel management plist with its DOCTYPE, where the collection has room.
    const macho = new MachO(copy);
    const segment = macho.segment('__DATA')!;
    const text = '<!DOCTYPE plist PUBLIC "x">\n<plist><dict><key>KMBuildVersion</key>';
    const free = segment.fileoff + 0x4000;
    copy.set(new TextEncoder().encode(text), free);
    const { bytes: fixed, results } = applyPatches(openCollection(copy), [GHIDRA_FIX]);
    expect(results.map(r => r.changes.length)).toEqual([1, 1]);
    expect(Buffer.from(fixed.subarray(free, free + 28)).toString()).toBe(`${' '.repeat(27)}\n`);
    expect(new MachO(fixed).command('LC_BUILD_VERSION')).toBeUndefined();
    expect(new MachO(fixed).commands.length).toBe(macho.commands.length);
    // The prelink info's own DOCTYPE, without that key behind it, stays.
    expect(Buffer.from(fixed).includes('<!DOCTYPE plist PUBLIC "-//Apple')).toBe(true);
  });
});
