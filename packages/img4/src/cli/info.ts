import type { CliCommand } from '@internal/binary/cli';
import { latin1 } from '../bytes.js';
import { meaningOf } from '../catalogue/index.js';
import { isComplzss, parseComplzss } from '../compression/complzss.js';
import { lzfseBlocks } from '../compression/lzfse/decode.js';
import { Im4c } from '../containers/im4c.js';
import type { Im4m } from '../containers/im4m.js';
import { Im4m as Manifest } from '../containers/im4m.js';
import type { Im4p } from '../containers/im4p.js';
import { Im4r } from '../containers/im4r.js';
import { Img4, type Img4Object, kindOf, parseImg4File } from '../containers/img4.js';
import { KEYBAG_CLASS } from '../containers/kbag.js';
import { formatValue, type Property } from '../containers/property.js';
import { isCiphertext, payloadCompression } from '../payload.js';
import { argument, derOptions, INPUT_OPTIONS } from './common.js';

const named = (properties: readonly Property[]) =>
  Object.fromEntries(properties.map(property => [property.name, formatValue(property.value)]));

function compressionOf(image: Im4p) {
  if (isCiphertext(image)) return { kind: 'encrypted' as const };
  const kind = payloadCompression(image);
  if (kind === 'lzfse') {
    const { blocks, rawSize, end } = lzfseBlocks(image.data);
    return { kind, blocks: blocks.length, uncompressedSize: rawSize, extraSize: image.data.length - end };
  }
  if (isComplzss(image.data)) {
    const { header, extra } = parseComplzss(image.data);
    return {
      kind,
      uncompressedSize: header.uncompressedSize,
      adler32: header.adler32,
      prelinkVersion: header.prelinkVersion,
      platformName: latin1(header.platformName).replace(/\0.*$/s, ''),
      rootPath: latin1(header.rootPath).replace(/\0.*$/s, ''),
      extraSize: extra.length,
    };
  }
  return { kind };
}

export function describeIm4p(image: Im4p) {
  return {
    kind: 'IM4P' as const,
    size: image.toBytes().length,
    type: image.type,
    meaning: meaningOf('component', image.type),
    description: image.description,
    implementation: image.implementation && formatValue(image.implementation.value),
    dataSize: image.data.length,
    encrypted: image.encrypted,
    keybags: image.keybags?.map(bag => ({
      class: KEYBAG_CLASS[bag.type] ?? String(bag.type),
      iv: bag.iv,
      key: bag.key,
    })),
    compression: compressionOf(image),
    declaredCompression: image.compression,
    properties: image.properties && named(image.properties),
    unknownElements: image.unknown.length,
  };
}

export function describeIm4m(manifest: Im4m) {
  return {
    kind: 'IM4M' as const,
    size: manifest.toBytes().length,
    version: Number(manifest.version),
    properties: named(manifest.properties),
    objects: Object.fromEntries(manifest.objects.map(object => [object.type, named(object.properties)])),
    others: named(manifest.others),
    signatureSize: manifest.signature.length,
    certificates: manifest.certificates.length,
    unknownElements: manifest.unknown.length,
  };
}

export type Description = Record<string, unknown>;

export function describe(object: Img4Object): Description {
  if (object instanceof Img4)
    return {
      kind: 'IMG4',
      size: object.toBytes().length,
      payload: describeIm4p(object.payload),
      manifest: object.manifest && describeIm4m(object.manifest),
      restoreInfo: object.restoreInfo && named(object.restoreInfo.properties),
      unknownElements: object.unknown.length,
    };
  if (object instanceof Manifest) return describeIm4m(object);
  if (object instanceof Im4r)
    return { kind: 'IM4R', size: object.toBytes().length, properties: named(object.properties) };
  if (object instanceof Im4c)
    return {
      kind: 'IM4C',
      size: object.toBytes().length,
      version: Number(object.version),
      properties: named(object.properties),
    };
  return describeIm4p(object);
}

/** Nested values as indented lines. */
export function lines(value: unknown, indent = ''): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value))
    return value.flatMap((item, i) =>
      typeof item === 'object' ? [`${indent}[${i}]`, ...lines(item, `${indent}  `)] : [`${indent}${item}`],
    );
  return Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) => {
    if (inner === undefined) return [];
    if (inner instanceof Uint8Array)
      return [`${indent}${key}: ${Array.from(inner, byte => byte.toString(16).padStart(2, '0')).join('')}`];
    if (typeof inner === 'object' && inner !== null) return [`${indent}${key}:`, ...lines(inner, `${indent}  `)];
    return [`${indent}${key}: ${inner}`];
  });
}

export const info: CliCommand = {
  name: 'info',
  args: '<file>',
  summary: 'show what a file holds: IMG4, IM4P, IM4M, IM4R, IM4C, several in a row',
  options: INPUT_OPTIONS.slice(0, 1),
  examples: ['img4 info kernelcache.im4p', 'img4 info --json ticket.im4m | jq .objects[0].properties.ECID'],
  async run(context, args, options) {
    const file = parseImg4File(await context.read(argument(args, 0)), derOptions(options));
    const objects = file.objects.map(object => ({ offset: object.offset, ...describe(object) }));
    context.result({ objects, trailingBytes: file.trailing.length }, () =>
      [
        ...objects.flatMap((object, i) => [
          `${kindOf(file.objects[i]!)} at 0x${object.offset.toString(16)}`,
          ...lines({ ...object, kind: undefined, offset: undefined }, '  '),
        ]),
        ...(file.trailing.length > 0 ? [`${file.trailing.length} bytes follow`] : []),
      ].join('\n'),
    );
  },
};
