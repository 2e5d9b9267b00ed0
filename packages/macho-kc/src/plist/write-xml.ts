import { MachOError } from '../error.js';
import type { PlistValue } from './value.js';

const escapeXml = (text: string): string =>
  /[&<>]/.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text;

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

/** Base-64 in lines as CoreFoundation breaks them: 76 columns less the indentation, which counts at most eight tabs. */
function dataLines(bytes: Uint8Array, indent: string, out: string[]): void {
  const width = Math.max(4, 76 - 8 * Math.min(8, indent.length));
  const text = base64(bytes);
  const step = width - (width % 4);
  for (let at = 0; at < text.length; at += step) out.push(indent, text.slice(at, at + step), '\n');
}

function write(value: PlistValue, indent: string, out: string[]): void {
  if (typeof value === 'string') out.push(indent, '<string>', escapeXml(value), '</string>\n');
  else if (typeof value === 'bigint') out.push(indent, `<integer>${value}</integer>\n`);
  else if (typeof value === 'boolean') out.push(indent, value ? '<true/>\n' : '<false/>\n');
  else if (typeof value === 'number') {
    const text = Number.isFinite(value)
      ? String(value)
      : Number.isNaN(value)
        ? 'nan'
        : value > 0
          ? '+infinity'
          : '-infinity';
    out.push(indent, `<real>${text}</real>\n`);
  } else if (value instanceof Uint8Array) {
    out.push(indent, '<data>\n');
    dataLines(value, indent, out);
    out.push(indent, '</data>\n');
  } else if (value instanceof Date) out.push(indent, `<date>${value.toISOString().replace(/\.\d+Z$/, 'Z')}</date>\n`);
  else if (value instanceof Map) {
    if (value.size === 0) {
      out.push(indent, '<dict/>\n');
      return;
    }
    out.push(indent, '<dict>\n');
    for (const [key, item] of value as Map<string, PlistValue>) {
      out.push(indent, '\t<key>', escapeXml(key), '</key>\n');
      write(item, `${indent}\t`, out);
    }
    out.push(indent, '</dict>\n');
  } else if (Array.isArray(value)) {
    if (value.length === 0) {
      out.push(indent, '<array/>\n');
      return;
    }
    out.push(indent, '<array>\n');
    for (const item of value as PlistValue[]) write(item, `${indent}\t`, out);
    out.push(indent, '</array>\n');
  } else throw new MachOError('bad-value', 'no property list value', { path: 'plist' });
}

/** Text of a value in CoreFoundation's XML form, with its DOCTYPE. */
export function formatPlist(value: PlistValue): string {
  const out = [
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n',
    '<plist version="1.0">\n',
  ];
  write(value, '', out);
  out.push('</plist>\n');
  return out.join('');
}

/** {@link formatPlist} as bytes. */
export const encodePlist = (value: PlistValue): Uint8Array => new TextEncoder().encode(formatPlist(value));
