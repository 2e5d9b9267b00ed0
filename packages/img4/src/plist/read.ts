import { Img4Error } from '../error.js';

/** A value of a property list; integers are bigints, reals numbers. */
export type PlistValue = string | bigint | number | boolean | Date | Uint8Array | PlistValue[] | PlistDict;
/** A dictionary; made without a prototype when it is read. */
export interface PlistDict {
  [key: string]: PlistValue;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const MAX_DEPTH = 64;

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  private fail(reason: string, at = this.at): Img4Error {
    return new Img4Error(at >= this.text.length ? 'truncated' : 'bad-value', reason, { offset: at, path: 'plist' });
  }

  /** Skips white space, comments, processing instructions and the document type. */
  private skip(): void {
    for (;;) {
      while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 0x20) this.at++;
      const end = this.text.startsWith('<!--', this.at)
        ? '-->'
        : this.text.startsWith('<?', this.at)
          ? '?>'
          : this.text.startsWith('<!DOCTYPE', this.at)
            ? '>'
            : undefined;
      if (end === undefined) return;
      const found = this.text.indexOf(end, this.at);
      if (found < 0) throw this.fail(`"${end}" is missing`);
      this.at = found + end.length;
    }
  }

  /** The name of the tag here: `dict`, `/dict`, `true/`. */
  private tag(): string {
    this.skip();
    const start = this.at;
    if (this.text[start] !== '<') throw this.fail('a tag was expected');
    const end = this.text.indexOf('>', start);
    if (end < 0) throw this.fail('a tag does not end');
    this.at = end + 1;
    const inside = this.text.slice(start + 1, end).trim();
    const name = inside.split(/\s/, 1)[0]!;
    return inside.endsWith('/') && !name.endsWith('/') ? `${name}/` : name;
  }

  /** Text up to the closing tag `name`, entities replaced. */
  private content(name: string): string {
    const start = this.at;
    const end = this.text.indexOf(`</${name}>`, start);
    if (end < 0) throw this.fail(`</${name}> is missing`, start);
    const raw = this.text.slice(start, end);
    this.at = end + name.length + 3;
    if (!/[&<]/.test(raw)) return raw;
    return raw.replace(/<!\[CDATA\[([\s\S]*?)\]\]>|&(#x[0-9a-f]+|#[0-9]+|[a-z]+);|[&<]/gi, (whole, cdata, entity) => {
      if (typeof cdata === 'string') return cdata;
      if (typeof entity !== 'string') throw this.fail(`a bare "${whole}" in <${name}>`, start);
      if (!entity.startsWith('#')) {
        if (ENTITIES[entity] === undefined) throw this.fail(`entity &${entity}; is not known`, start);
        return ENTITIES[entity];
      }
      const code = /^#x/i.test(entity) ? Number.parseInt(entity.slice(2), 16) : Number.parseInt(entity.slice(1), 10);
      if (code > 0x10ffff) throw this.fail(`character ${entity} does not exist`, start);
      return String.fromCodePoint(code);
    });
  }

  private value(tag: string, depth: number): PlistValue {
    if (depth > MAX_DEPTH) throw this.fail(`values are nested over ${MAX_DEPTH} deep`);
    const start = this.at;
    switch (tag) {
      case 'dict':
        return this.dict(depth);
      case 'array': {
        const items: PlistValue[] = [];
        for (let next = this.tag(); next !== '/array'; next = this.tag()) items.push(this.value(next, depth + 1));
        return items;
      }
      case 'dict/':
        return {};
      case 'array/':
        return [];
      case 'string/':
        return '';
      case 'data/':
        return new Uint8Array(0);
      case 'true/':
        return true;
      case 'false/':
        return false;
      case 'string':
        return this.content('string');
      case 'integer': {
        const text = this.content('integer').trim();
        if (!/^[-+]?(0x[0-9a-f]{1,32}|[0-9]{1,40})$/i.test(text))
          throw this.fail(`"${text.slice(0, 60)}" is no integer`, start);
        const value = BigInt(text.replace(/^[-+]/, ''));
        return text.startsWith('-') ? -value : value;
      }
      case 'real': {
        const value = Number(this.content('real'));
        if (Number.isNaN(value)) throw this.fail('this is no number', start);
        return value;
      }
      case 'date': {
        const value = new Date(this.content('date'));
        if (Number.isNaN(value.getTime())) throw this.fail('this is no date', start);
        return value;
      }
      case 'data': {
        try {
          return Uint8Array.from(atob(this.content('data').replace(/\s+/g, '')), char => char.charCodeAt(0));
        } catch (cause) {
          if (cause instanceof Img4Error) throw cause;
          throw this.fail('this is no base64', start);
        }
      }
      default:
        throw this.fail(`<${tag.slice(0, 40)}> is no property list element`, start);
    }
  }

  private dict(depth: number): PlistDict {
    // No prototype: keys come from the file.
    const dict = Object.create(null) as PlistDict;
    for (let tag = this.tag(); tag !== '/dict'; tag = this.tag()) {
      if (tag !== 'key' && tag !== 'key/') throw this.fail(`<key> was expected, <${tag.slice(0, 40)}> found`);
      const key = tag === 'key' ? this.content('key') : '';
      dict[key] = this.value(this.tag(), depth + 1);
    }
    return dict;
  }

  document(): PlistValue {
    const outer = this.tag();
    if (outer !== 'plist') throw this.fail('this is no XML property list', 0);
    const value = this.value(this.tag(), 0);
    if (this.tag() !== '/plist') throw this.fail('</plist> was expected');
    return value;
  }
}

/**
 * Reads an XML property list (PropertyList-1.0.dtd). What stands before `<?xml`, as in a saved TSS response, is skipped.
 *
 * @throws Img4Error `bad-value` or `truncated`; offsets count characters
 * @example
 * ```ts
 * import { readPlist } from 'img4';
 *
 * if (readPlist('<plist><integer>0x10</integer></plist>') !== 16n) throw new Error('another value');
 * ```
 */
export function readPlist(input: Uint8Array | string): PlistValue {
  let text = input;
  if (typeof text !== 'string') {
    if (/^bplist/.test(String.fromCharCode(...text.subarray(0, 6))))
      throw new Img4Error('unsupported', 'this is a binary property list; XML is read here', {
        offset: 0,
        path: 'plist',
      });
    text = new TextDecoder().decode(text);
  }
  const start = text.slice(0, 4096).indexOf('<?xml');
  return new Reader(start > 0 ? text.slice(start) : text).document();
}
