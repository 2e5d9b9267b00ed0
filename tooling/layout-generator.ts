// Turns layout declarations into TypeScript: interface, reader (binary-parser's code), writer.
import { type Endian, type Field, fieldSize, type IntKind, type Layout } from '@internal/binary/layout';
import { Parser } from 'binary-parser';

type Kind = IntKind | 'f32' | 'f64';
const PARSER = {
  u8: 'uint8',
  u16: 'uint16',
  u32: 'uint32',
  u64: 'uint64',
  i8: 'int8',
  i16: 'int16',
  i32: 'int32',
  i64: 'int64',
  f32: 'float',
  f64: 'double',
} as const;
const SETTER = {
  u8: 'setUint8',
  u16: 'setUint16',
  u32: 'setUint32',
  u64: 'setBigUint64',
  i8: 'setInt8',
  i16: 'setInt16',
  i32: 'setInt32',
  i64: 'setBigInt64',
  f32: 'setFloat32',
  f64: 'setFloat64',
} as const;
const RANGE: Partial<Record<Kind, string>> = {
  u8: '0, 0xff', u16: '0, 0xffff', u32: '0, 0xffffffff',
  i8: '-0x80, 0x7f', i16: '-0x8000, 0x7fff', i32: '-0x80000000, 0x7fffffff',
}; // biome-ignore format: a table

const isInt = (field: Field): field is Extract<Field, { kind: Kind }> => field.kind in PARSER;
const big = (kind: string) => kind === 'u64' || kind === 'i64';
const parserType = (kind: Kind, endian: Endian) =>
  PARSER[kind] + (kind === 'u8' || kind === 'i8' ? '' : endian === 'little' ? 'le' : 'be');
const endianOf = (field: Field, layout: Layout) => ('endian' in field && field.endian) || layout.endian;

/** binary-parser's parser for a layout. Nested structures, text and bit fields stay raw here and are refined by generated code. */
export function parserOf(layout: Layout): Parser {
  const parser = new Parser().endianness(layout.endian);
  for (const [name, field] of Object.entries(layout.fields)) {
    if (isInt(field)) parser[parserType(field.kind, endianOf(field, layout)) as 'uint8'](name);
    else if (field.kind === 'bits') parser[parserType(field.word, layout.endian) as 'uint8'](name);
    else if (field.kind === 'array' && typeof field.of === 'string')
      parser.array(name, { type: parserType(field.of, layout.endian), length: field.count });
    else parser.buffer(name, { length: fieldSize(field) });
  }
  return parser;
}

const bitType = (width: number) => (width > 32 ? 'bigint' : 'number');
function typeOf(field: Field, names: ReadonlyMap<Layout, string>): string {
  switch (field.kind) {
    case 'bytes':
      return 'Uint8Array';
    case 'chars':
      return 'string';
    case 'bits':
      return `{ ${Object.entries(field.fields).map(([name, width]) => `${name}: ${bitType(width)}`).join('; ')} }`; // biome-ignore format: one line
    case 'struct':
      return nameOf(field.layout, names);
    case 'array':
      return typeof field.of === 'string' ? (big(field.of) ? 'bigint[]' : 'number[]') : `${nameOf(field.of, names)}[]`;
    default:
      return big(field.kind) ? 'bigint' : 'number';
  }
}
function nameOf(layout: Layout, names: ReadonlyMap<Layout, string>): string {
  const name = names.get(layout);
  if (name === undefined) throw new Error(`layout ${layout.name} is used but not exported from this file`);
  return name;
}
const isRaw = (field: Field) =>
  !(
    field.kind === 'chars' ||
    field.kind === 'bits' ||
    field.kind === 'struct' ||
    (field.kind === 'array' && typeof field.of !== 'string')
  );

function reader(name: string, layout: Layout, names: ReadonlyMap<Layout, string>): string {
  const code = parserOf(layout).getCode();
  if (code.includes('imports[')) throw new Error(`${name}: binary-parser wants run-time imports`);
  const lines = code
    .split('\n')
    .filter(line => line !== '' && !/\$parent|\$root|^var (dataView|offset|vars)|^return vars/.test(line))
    .map(line => `  ${line.replace(/\bbuffer\b/g, 'bytes').replace(/(get(?:Ui|I)nt8\(offset), \w+/, '$1')}`);
  while (/^ {2}offset \+= \d+;$/.test(lines.at(-1) ?? '')) lines.pop(); // nobody reads it after the last field
  const entries = Object.entries(layout.fields);
  const refined = entries.filter(([, field]) => !isRaw(field));
  const rawType = refined.length === 0
    ? name
    : `Omit<${name}, ${refined.map(([key]) => `'${key}'`).join(' | ')}> & { ${refined.map(([key, field]) => `${key}: ${field.kind === 'bits' ? (field.word === 'u64' ? 'bigint' : 'number') : 'Uint8Array'}`).join('; ')} }`; // biome-ignore format: one line
  let at = 0;
  const values = entries.map(([key, field]) => {
    const offset = at;
    at += fieldSize(field);
    if (isRaw(field)) return '';
    const where = `at + ${offset}`;
    if (field.kind === 'chars') return `${key}: getChars(vars.${key})`;
    if (field.kind === 'struct')
      return `${key}: read${nameOf(field.layout, names)}(bytes, ${where}, fail, \`\${path}.${key}\`, base)`;
    if (field.kind === 'array' && typeof field.of !== 'string')
      return `${key}: Array.from({ length: ${field.count} }, (_, i) => read${nameOf(field.of, names)}(bytes, ${where} + i * ${field.of.size}, fail, \`\${path}.${key}[\${i}]\`, base))`;
    if (field.kind !== 'bits') return '';
    let shift = 0;
    const parts = Object.entries(field.fields).map(([part, width]) => {
      const from = shift;
      shift += width;
      if (field.word === 'u32')
        return `${part}: ${width === 32 ? `vars.${key}` : `(vars.${key} >>> ${from}) & 0x${(2 ** width - 1).toString(16)}`}`;
      const value = `(vars.${key} >> ${from}n) & 0x${((1n << BigInt(width)) - 1n).toString(16)}n`;
      return `${part}: ${width > 32 ? value : `Number(${value})`}`;
    });
    return `${key}: { ${parts.join(', ')} }`;
  });
  const result = refined.length === 0 ? 'vars' : `{ ...vars, ${values.filter(v => v !== '').join(', ')} }`;
  return `/**
 * Reads ${layout.name} (${layout.size} bytes) from \`bytes\` at offset \`at\`; \`base\` is added to offsets in errors.
 * Byte fields are views of \`bytes\`. Throws \`truncated\` when fewer bytes are there.
 */
export function read${name}(bytes: Uint8Array, at: number, fail: Fail, path = '${layout.name}', base = 0): ${name} {
  need(bytes, at, ${layout.size}, fail, path, base);
${lines.some(l => l.includes('dataView')) ? '  const dataView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);\n' : ''}  let offset = at;
  const vars = {} as ${rawType};
${lines.join('\n')}
  return ${result};
}
`;
}

function writer(name: string, layout: Layout, names: ReadonlyMap<Layout, string>): string {
  let at = 0;
  let usesView = false;
  const lines: string[] = [];
  const put = (kind: Kind, endian: Endian, where: string, value: string, path: string) => {
    usesView = true;
    const order = kind === 'u8' || kind === 'i8' ? '' : `, ${endian === 'little'}`;
    const checked = big(kind)
      ? `fitsBig(${value}, ${kind === 'i64'}, fail, ${path})`
      : RANGE[kind]
        ? `fits(${value}, ${RANGE[kind]}, fail, ${path})`
        : value;
    return `view.${SETTER[kind]}(${where}, ${checked}${order});`;
  };
  for (const [key, field] of Object.entries(layout.fields)) {
    const where = at === 0 ? 'at' : `at + ${at}`;
    const path = `\`\${path}.${key}\``;
    const value = `value.${key}`;
    if (isInt(field)) lines.push(put(field.kind, endianOf(field, layout), where, value, path));
    else if (field.kind === 'bytes') lines.push(`setBytes(bytes, ${where}, ${field.length}, ${value}, fail, ${path});`);
    else if (field.kind === 'chars') lines.push(`setChars(bytes, ${where}, ${field.length}, ${value}, fail, ${path});`);
    else if (field.kind === 'struct')
      lines.push(`write${nameOf(field.layout, names)}(${value}, bytes, ${where}, fail, ${path});`);
    else if (field.kind === 'array') {
      lines.push(`fitsCount(${value}.length, ${field.count}, fail, ${path});`);
      const item = `\`\${path}.${key}[\${i}]\``;
      if (typeof field.of === 'string')
        lines.push(
          `${value}.forEach((item, i) => ${put(field.of, layout.endian, `${where} + i * ${fieldSize(field) / field.count}`, 'item', item).slice(0, -1)});`,
        );
      else
        lines.push(
          `${value}.forEach((item, i) => write${nameOf(field.of, names)}(item, bytes, ${where} + i * ${field.of.size}, fail, ${item}));`,
        );
    } else if (field.kind === 'bits') {
      let shift = 0;
      const parts = Object.entries(field.fields).map(([part, width]) => {
        const from = shift;
        shift += width;
        const v = `${value}.${part}`;
        const p = `\`\${path}.${key}.${part}\``;
        if (width > 32) return `(fitsBig(${v}, false, fail, ${p}) << ${from}n)`;
        const small = `fits(${v}, 0, 0x${(2 ** width - 1).toString(16)}, fail, ${p})`;
        return field.word === 'u64' ? `(BigInt(${small}) << ${from}n)` : `(${small} << ${from})`;
      });
      usesView = true;
      lines.push(
        `view.${SETTER[field.word]}(${where}, ${field.word === 'u32' ? `(${parts.join(' | ')}) >>> 0` : parts.join(' | ')}, ${layout.endian === 'little'});`,
      );
    }
    at += fieldSize(field);
  }
  return `/** Writes ${layout.name} (${layout.size} bytes) into \`bytes\` at offset \`at\`. Throws \`out-of-range\` for values that do not fit. */
export function write${name}(value: ${name}, bytes: Uint8Array, at: number, fail: Fail, path = '${layout.name}'): void {
  need(bytes, at, ${layout.size}, fail, path, 0);
${usesView ? '  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);\n' : ''}${lines.map(line => `  ${line}`).join('\n')}
}
`;
}

/** The whole generated file for the layouts that one `*.layout.ts` exports. */
export function generate(source: string, layouts: Readonly<Record<string, Layout>>): string {
  const names = new Map(Object.entries(layouts).map(([name, layout]) => [layout, name]));
  let body = '';
  for (const [name, layout] of Object.entries(layouts)) {
    const fields = Object.entries(layout.fields).map(
      ([key, field]) => `  /** ${field.doc} */\n  ${key}: ${typeOf(field, names)};`,
    );
    body += `/** ${layout.name}: ${layout.size} bytes, ${layout.endian}-endian. */\nexport interface ${name} {\n${fields.join('\n')}\n}\n\n`;
    body += `/** Bytes that ${layout.name} takes. */\nexport const ${name}Size = ${layout.size};\n\n${reader(name, layout, names)}\n${writer(name, layout, names)}\n`;
  }
  const helpers = ['fits', 'fitsBig', 'fitsCount', 'getChars', 'need', 'setBytes', 'setChars'].filter(h =>
    new RegExp(`\\b${h}\\(`).test(body),
  );
  const imports = ['type Fail', ...helpers].join(', ');
  return `// Generated from ${source} by tooling/layouts.ts; do not edit.\nimport { ${imports} } from '@internal/binary';\n\n${body.trimEnd()}\n`;
}
