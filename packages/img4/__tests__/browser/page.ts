// Runs in the browser: exercises the package and sends what happened to the server. See ../browser.test.ts.

import { toHex } from '../../src/bytes.js';
import { accelerator } from '../../src/compression/wasm.js';
import { lzfseDecode, lzfseEncode, lzssDecode, lzssEncode } from '../../src/compression.js';
import {
  aesCbcDecrypt,
  aesCbcEncrypt,
  createPayload,
  extractPayload,
  Im4m,
  Im4p,
  Im4r,
  Img4,
  imageInTicket,
  isImg4Error,
  nonceHash,
  parseImg4File,
  verifyManifest,
} from '../../src/index.js';

const violations: string[] = [];
document.addEventListener('securitypolicyviolation', event => violations.push(event.violatedDirective));

async function get(path: string): Promise<Uint8Array | undefined> {
  const response = await fetch(path);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}

async function run(): Promise<Record<string, unknown>> {
  const data = new Uint8Array(300_000).map((_, i) => (i * i) >> 7);
  const image = createPayload({ type: 'krnl', data, compression: 'lzfse' });
  const back = extractPayload(Im4p.parse(image.toBytes())).data;
  const key = new Uint8Array(32).fill(1);
  const iv = new Uint8Array(16).fill(2);
  const sealed = await aesCbcEncrypt(new Uint8Array(64).fill(3), key, iv);
  let refusal = 'none';
  try {
    parseImg4File(Uint8Array.of(0x30, 0x80));
  } catch (error) {
    if (isImg4Error(error)) refusal = error.code;
  }
  const result: Record<string, unknown> = {
    wasm: accelerator('lzfse_decode') !== undefined,
    payload: back.length === data.length && back.every((byte, i) => byte === data[i]),
    lzfse: toHex(lzfseEncode(data).subarray(0, 8)),
    lzfseSize: lzfseDecode(lzfseEncode(data)).data.length,
    lzss: lzssDecode(lzssEncode(data)).data.length,
    aes: (await aesCbcDecrypt(sealed, key, iv)).every(byte => byte === 3),
    generator: Im4r.parse(Im4r.fromGenerator(5n).toBytes()).generator === 5n,
    nonce: toHex(await nonceHash(0x1111111111111111n, 20)),
    refusal,
  };
  const ticket = await get('/ticket');
  const efi = await get('/efi');
  const stitched = await get('/img4');
  if (ticket && efi && stitched) {
    const manifest = Im4m.parse(ticket);
    const { valid, root } = await verifyManifest(manifest);
    const { payload, manifest: own } = Img4.parse(stitched);
    result.genuine = {
      valid,
      root: root?.name,
      efib: (await imageInTicket(efi, manifest, { type: 'efib' })).matches,
      stitched: (await imageInTicket(payload, own!)).matches,
      tree: extractPayload(payload).data.length,
    };
  }
  return { ...result, violations };
}

run()
  .catch(error => ({ failed: String(error), violations }))
  .then(result => fetch('/result', { method: 'POST', body: JSON.stringify(result) }));
