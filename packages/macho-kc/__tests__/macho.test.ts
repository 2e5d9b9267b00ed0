import { describe, expect, it } from 'vitest';
import { buildFat, isMachOError, loadPlan, MachO, openMachO, readFat, readSymbols } from '../src/index.js';
import { fixture, machOFiles, thinFiles } from './support.js';

describe('untouched files', () => {
  for (const path of machOFiles())
    it(`${path} is written again byte for byte`, () => {
      for (const { bytes } of thinFiles(fixture(path))) {
        const macho = new MachO(bytes);
        expect(macho.commands.filter(command => command.name === undefined)).toEqual([]);
        expect(Buffer.from(macho.encode()).equals(bytes)).toBe(true);
        for (const entry of macho.filesetEntries) {
          const image = new MachO(bytes, { headerOffset: entry.fileoff });
          expect(Buffer.from(image.encode()).equals(bytes)).toBe(true);
        }
      }
    });
});

describe('fat files', () => {
  it('are taken apart and joined again', () => {
    const bytes = fixture('macho-kc/kexts/IOKitTest-fat-arm64-x86_64.kext/Contents/MacOS/IOKitTest');
    const slices = readFat(bytes);
    expect(slices.map(slice => slice.architecture)).toEqual(['x86_64', 'arm64']);
    const joined = buildFat(
      slices.map(slice => ({
        architecture: slice.architecture as 'arm64',
        bytes: slice.source.slice(0, slice.size),
        align: slice.align,
      })),
    );
    expect(Buffer.from(joined).equals(bytes)).toBe(true);
    expect(openMachO(bytes, 'arm64').architecture).toBe('arm64');
    expect(() => openMachO(bytes)).toThrow(/name an architecture/);
    expect(() => openMachO(bytes, 'arm64e')).toThrow(/holds x86_64, arm64/);
  });
});

describe('collections', () => {
  it('opens outer file and entries', () => {
    const bytes = fixture('macho-kc/samples/sample.arm64e.kc');
    const macho = new MachO(bytes);
    expect(macho.fileType).toBe('MH_FILESET');
    expect(macho.architecture).toBe('arm64e');
    expect(macho.filesetEntries.length).toBe(3);
    const plan = loadPlan(macho);
    expect(plan.kind).toBe('fileset');
    expect(plan.headerAddress).toBe(0xfffffe0007004000n);
    expect(plan.lowestAddress).toBe(0xfffffe0007004000n);
    expect(plan.kernelAppliesFixups).toBe(true);
    const kernel = new MachO(bytes, { headerOffset: macho.filesetEntries[0]!.fileoff });
    expect(kernel.baseAddress).toBe(macho.filesetEntries[0]!.vmaddr);
    expect(readSymbols(kernel).length).toBeGreaterThan(10);
  });

  it('names what a truncated kernelcache lacks', () => {
    const macho = new MachO(fixture('macho-kc/fuzz/xnu-kernelcache-oobread'));
    expect(macho.architecture).toBe('arm64e');
    expect(macho.header.ncmds).toBe(25);
    expect(macho.issues.map(issue => issue.path)).toContain('__LINKEDIT');
    expect(macho.issues.find(issue => issue.code === 'bad-load-command')?.reason).toBe(
      '268435457 sections are declared, 1 fit',
    );
    expect(() => loadPlan(macho)).toThrow(/missing/);
  });

  it('tells truncation and garbage apart', () => {
    const bytes = fixture('macho-kc/samples/sample.arm64.kc');
    for (const size of [0, 3, 31]) {
      try {
        new MachO(bytes.subarray(0, size));
        expect.unreachable();
      } catch (error) {
        expect(isMachOError(error, 'truncated')).toBe(true);
      }
    }
    expect(() => new MachO(new Uint8Array(64))).toThrow(/no Mach-O magic/);
    const short = bytes.slice(0, 200);
    expect(new MachO(short).issues[0]!.path).toMatch(/^commands\[/);
    const bad = bytes.slice();
    bad[36] = 4; // cmdsize of the first command
    expect(() => new MachO(bad)).toThrow(/command of 4 bytes/);
  });
});
