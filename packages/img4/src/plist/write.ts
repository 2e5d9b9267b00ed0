import type { PlistDict, PlistValue } from './read.js';

const escapeText = (text: string): string =>
  text.replace(/[&<>]/g, char => (char === '&' ? '&amp;' : char === '<' ? '&lt;' : '&gt;'));

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3 * 1024)
    text += btoa(String.fromCharCode(...bytes.subarray(i, i + 3 * 1024)));
  return text;
}

function lines(value: PlistValue, indent: string): string[] {
  const inside = `${indent}\t`;
  if (typeof value === 'string') return [`${indent}<string>${escapeText(value)}</string>`];
  if (typeof value === 'bigint') return [`${indent}<integer>${value}</integer>`];
  if (typeof value === 'number') return [`${indent}<real>${value}</real>`];
  if (typeof value === 'boolean') return [`${indent}<${value}/>`];
  if (value instanceof Date) return [`${indent}<date>${value.toISOString().replace(/\.\d+Z$/, 'Z')}</date>`];
  if (value instanceof Uint8Array)
    return [
      `${indent}<data>`,
      ...(base64(value).match(/.{1,68}/g) ?? []).map(line => indent + line),
      `${indent}</data>`,
    ];
  if (Array.isArray(value))
    return value.length === 0
      ? [`${indent}<array/>`]
      : [`${indent}<array>`, ...value.flatMap(item => lines(item, inside)), `${indent}</array>`];
  const entries = Object.entries(value as PlistDict);
  if (entries.length === 0) return [`${indent}<dict/>`];
  return [
    `${indent}<dict>`,
    ...entries.flatMap(([key, item]) => [`${inside}<key>${escapeText(key)}</key>`, ...lines(item, inside)]),
    `${indent}</dict>`,
  ];
}

/**
 * Writes an XML property list in the layout that Apple's tools give it.
 *
 * @example
 * ```ts
 * import { readPlist, writePlist } from 'img4';
 *
 * if (readPlist(writePlist('a < b')) !== 'a < b') throw new Error('round trip failed');
 * ```
 */
export function writePlist(value: PlistValue): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    ...lines(value, ''),
    '</plist>',
    '',
  ].join('\n');
}
