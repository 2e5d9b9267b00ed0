// Compression speed on real Mach-O, beside native tools when there are any: the folder named by IMG4_NATIVE may hold
// `lzfse` (the reference's own command) and `lzss` (a C decoder that takes the same arguments and prints the same
// `Speed: N ns/B` line).
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixture, fixturesUnder, haveFixtures } from '@internal/binary/testing';
import { type Bench, type BenchRow, compare, measure } from '../../../tooling/bench-report.js';
import { acceleration } from '../src/compression/wasm.js';
import { LzfseDecoder, lzfseDecode, lzfseEncode, lzssDecode, lzssEncode } from '../src/compression.js';
import { extractPayload, Im4m, Im4p, parseImg4File, verifyManifest } from '../src/index.js';

const SIZE = 50_000_000;

/** Mach-O files of the fixtures and a kernelcache, over and over: repeats are out of reach of both window sizes. */
function machO(): Uint8Array {
  const isMachO = (bytes: Uint8Array) =>
    bytes.length > 65536 &&
    [0xcffaedfe, 0xcafebabe].includes(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
  const kernel = extractPayload(Im4p.parse(fixture('img4/im4p/kernelcache/11A24580o_kernelcache.dec'))).data;
  const files = [kernel, ...fixturesUnder('macho-kc').map(fixture).filter(isMachO)];
  const data = new Uint8Array(SIZE);
  for (let at = 0, i = 0; at < SIZE; i++) {
    const file = files[i % files.length]!.subarray(0, SIZE - at);
    data.set(file, at);
    at += file.length;
  }
  return data;
}

const bench: Bench = async () => {
  const rows: BenchRow[] = [];
  const notes: string[] = [];
  if (!haveFixtures) return { rows, notes: ['no fixtures folder beside the checkout: nothing to measure on'] };
  const data = machO();
  const rate = (run: () => unknown) => () => {
    const start = performance.now();
    run();
    return SIZE / 1000 / (performance.now() - start);
  };
  const folder = mkdtempSync(join(tmpdir(), 'img4-bench-'));
  const native = process.env.IMG4_NATIVE ?? '';
  const tool = (name: string) => (native !== '' && existsSync(join(native, name)) ? join(native, name) : undefined);
  /** MB/s that a native tool says it reached. */
  const speed = (command: string, mode: '-decode' | '-encode', input: string) => () => {
    const { stderr } = spawnSync(command, [mode, '-v', '-i', input, '-o', join(folder, 'out')]);
    const found = /Speed: ([0-9.]+) ns\/B/.exec(stderr.toString());
    if (!found) throw new Error(`${command} printed no speed`);
    return 1000 / Number(found[1]);
  };
  const row = async (name: string, ours: () => number, peer: { name: string; run: () => number } | undefined) => {
    rows.push(
      peer
        ? await compare(name, 'MB/s', 'higher', ours, peer)
        : {
            name,
            unit: 'MB/s',
            ours: await measure(ours, { runs: 3 }).then(s => ({
              ...s,
              median: SIZE / 1e6 / s.median,
              min: SIZE / 1e6 / s.max,
              max: SIZE / 1e6 / s.min,
            })),
          },
    );
  };
  try {
    const plain = join(folder, 'plain');
    writeFileSync(plain, data);
    const lzfse = tool('lzfse');
    const ours = lzfseEncode(data);
    let stream = ours;
    if (lzfse) {
      execFileSync(lzfse, ['-encode', '-i', plain, '-o', join(folder, 'lzfse')]);
      stream = new Uint8Array(readFileSync(join(folder, 'lzfse')));
      writeFileSync(join(folder, 'ours'), ours);
      execFileSync(lzfse, ['-decode', '-i', join(folder, 'ours'), '-o', join(folder, 'back')]);
      if (Buffer.compare(readFileSync(join(folder, 'back')), data) !== 0)
        throw new Error('the reference decodes our stream to something else');
      notes.push(
        `LZFSE size: ours ${ours.length}, the reference's ${stream.length} (${((ours.length / stream.length - 1) * 100).toFixed(3)} %); the reference decodes ours`,
      );
    } else notes.push('IMG4_NATIVE names no folder with lzfse: no comparison');
    const peer = (command: string | undefined, mode: '-decode' | '-encode', input: string) =>
      command === undefined ? undefined : { name: `C ${command.split('/').pop()}`, run: speed(command, mode, input) };
    await row(
      'LZFSE decode',
      rate(() => lzfseDecode(stream)),
      peer(lzfse, '-decode', join(folder, 'lzfse')),
    );
    await row(
      'LZFSE decode, streamed in 64 KiB',
      rate(() => {
        const decoder = new LzfseDecoder(() => {});
        for (let at = 0; at < stream.length; at += 65536) decoder.push(stream.subarray(at, at + 65536));
        decoder.finish();
      }),
      undefined,
    );
    await row(
      'LZFSE encode',
      rate(() => lzfseEncode(data)),
      peer(lzfse, '-encode', plain),
    );
    const packed = lzssEncode(data);
    writeFileSync(join(folder, 'lzss'), packed);
    const lzss = tool('lzss');
    if (!lzss) notes.push('IMG4_NATIVE names no folder with lzss: no comparison');
    await row(
      'LZSS decode',
      rate(() => lzssDecode(packed, SIZE)),
      peer(lzss, '-decode', join(folder, 'lzss')),
    );
    await row(
      'LZSS encode',
      rate(() => lzssEncode(data.subarray(0, SIZE))),
      undefined,
    );
    acceleration.enabled = false;
    await row(
      'LZFSE decode, without WebAssembly',
      rate(() => lzfseDecode(stream)),
      undefined,
    );
    await row(
      'LZFSE encode, without WebAssembly',
      rate(() => lzfseEncode(data)),
      undefined,
    );
    await row(
      'LZSS decode, without WebAssembly',
      rate(() => lzssDecode(packed, SIZE)),
      undefined,
    );
    acceleration.enabled = true;
    const ticket = parseImg4File(fixture('img4/im4m/Tymbur_apticket.der')).objects[0] as Im4m;
    rows.push({
      name: 'parse and verify a manifest',
      unit: 'ms',
      ours: await measure(() => verifyManifest(Im4m.parse(ticket.toBytes())), { runs: 20, convert: s => s * 1000 }),
    });
  } finally {
    acceleration.enabled = true;
    rmSync(folder, { recursive: true, force: true });
  }
  notes.push(
    `MB/s of ${SIZE / 1e6} MB of uncompressed Mach-O; native speeds are what the tools print, without reading and writing files`,
  );
  return { rows, notes };
};

export default bench;
