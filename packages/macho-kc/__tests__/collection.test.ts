import { describe, expect, it } from 'vitest';
import {
  buildStaticKernel,
  KERNEL_ID,
  loadPlan,
  MachO,
  openCollection,
  openCollections,
  readSymbolSets,
} from '../src/index.js';
import { fixture } from './support.js';

describe('sample collections', () => {
  for (const arch of ['arm64', 'arm64e'])
    it(`${arch}: kexts, images and kmod_info agree`, () => {
      const collection = openCollection(fixture(`macho-kc/samples/sample.${arch}.kc`));
      expect(collection.kind).toBe('fileset');
      expect(collection.imageIds).toEqual([KERNEL_ID, 'org.example.afoo', 'org.example.bbar']);
      expect(collection.kexts.map(kext => kext.id)).toEqual(['org.example.afoo', 'org.example.bbar']);
      for (const kext of collection.kexts) {
        const image = collection.image(kext.id)!;
        expect(image.baseAddress).toBe(kext.loadAddress);
        expect(kext.dependencies).toEqual([{ id: 'com.apple.kernel', version: '99.0' }]);
        expect(kext.codeless).toBe(false);
        const info = collection.kmodInfo(kext)!;
        expect(info.name).toBe(kext.id);
        expect(info.version).toBe('1.0.0');
        expect(info.address).toBe(kext.loadAddress);
        const start = collection.readPointer(kext.kmodInfoAddress! + 180n)!;
        expect(collection.imageAt(start)).toBe(kext.id);
      }
      expect(collection.imageAt(loadPlan(collection.macho).entry)).toBe(KERNEL_ID);
      expect(collection.prelinkInfo!.uuid!.length).toBe(16);
    });

  it('resolves levels of collections opened together', () => {
    const boot = fixture('macho-kc/samples/sample.arm64e.kc');
    const { boot: opened, aux } = openCollections({ boot, aux: boot.slice() });
    const slot = [...opened.pointers][0]!;
    expect(aux!.readPointer(slot.location)).toBe(slot.target);
    expect(opened.pointers.options.bases).toEqual([0xfffffe0007004000n, undefined, undefined, 0xfffffe0007004000n]);
  });
});

describe('symbol sets', () => {
  it('are read from the kernel', () => {
    const kernel = new MachO(fixture('macho-kc/kc-cases/symbol-sets/main.kernel'));
    expect(readSymbolSets(kernel)).toEqual([
      {
        id: 'com.apple.bar',
        symbols: [
          { name: '_symbol_from_bar', aliasTarget: '_symbol_from_xnu' },
          { name: '_symbol_from_xnu_no_alias', aliasTarget: undefined },
        ],
      },
    ]);
  });
});

describe('other kinds', () => {
  it('tells a kernel, a kext and a program apart', () => {
    expect(openCollection(fixture('macho-kc/kc-cases/symbol-sets/main.kernel')).kind).toBe('kernel');
    expect(openCollection(fixture('macho-kc/kexts/IOKitTest-arm64e.kext/Contents/MacOS/IOKitTest')).kind).toBe('kext');
    expect(() => openCollection(fixture('macho-kc/macho-arm64e/hello-mte'))).toThrow(/neither kernel nor kext/);
  });

  it('reads a static kernelcache: module index, thread starts', () => {
    const base = 0xfffffff007004000n;
    const view = (size: number, fill: (view: DataView) => void) => {
      const bytes = new Uint8Array(size);
      fill(new DataView(bytes.buffer));
      return bytes;
    };
    const text = base + 0x4000n;
    const info = base + 0x8000n;
    const plist =
      '<dict><key>_PrelinkInfoDictionary</key><array><dict><key>CFBundleIdentifier</key><string>com.example.k</string><key>ModuleIndex</key><integer size="64" ID="1">0x0</integer></dict></array></dict>';
    const kernel = buildStaticKernel({
      segments: [
        { name: '__TEXT_EXEC', address: text, bytes: new Uint8Array(16), protection: 'r-x' },
        {
          name: '__PRELINK_INFO',
          address: info,
          protection: 'rw-',
          bytes: view(0x400, data => {
            // Slot 0: plain pointer, next slot 8 bytes on; slot 1: signed pointer, end of the chain.
            data.setBigUint64(0, (info & 0x7ffffffffffn) | (2n << 51n) | (0xffn << 43n), true);
            data.setBigUint64(8, 0x4010n | (0x1234n << 32n) | (1n << 48n) | (2n << 49n) | (1n << 63n), true);
            new Uint8Array(data.buffer, 0x100).set(new TextEncoder().encode(plist));
            data.setUint32(0x300, 0, true);
            data.setUint32(0x304, 0x8000, true);
            data.setUint32(0x308, 0xffffffff, true);
          }),
          sections: [
            { name: '__kmod_info', address: info, size: 8 },
            { name: '__kmod_start', address: info + 8n, size: 8 },
            { name: '__info', address: info + 0x100n, size: 0x200 },
            { name: '__thread_starts', address: info + 0x300n, size: 12 },
          ],
        },
      ],
      entry: text,
    });
    // The section of the chain starts belongs to __TEXT.
    const at = Buffer.from(kernel).indexOf('__thread_starts');
    kernel.set(new TextEncoder().encode('__TEXT\0\0\0\0\0\0\0\0\0\0'), at + 16);
    const collection = openCollection(kernel);
    expect(collection.kind).toBe('static');
    expect(collection.kexts[0]).toMatchObject({ id: 'com.example.k', moduleIndex: 0, codeless: false });
    expect(collection.readPointer(info)).toBe(info);
    expect(collection.readPointer(info + 8n)).toBe(base + 0x4010n);
    expect(collection.pointers.at(info + 8n)!.auth).toEqual({ key: 'DA', diversity: 0x1234, addressDiversity: true });
    expect(collection.pointers.table.length).toBe(2);
  });
});
