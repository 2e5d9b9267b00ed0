// binary-parser's ESM entry has no types; this is the part that the layout generator uses.
declare module 'binary-parser' {
  type Options = Readonly<Record<string, unknown>>;
  export class Parser {
    endianness(endian: 'little' | 'big'): this;
    uint8(name: string): this;
    uint16le(name: string): this;
    uint16be(name: string): this;
    uint32le(name: string): this;
    uint32be(name: string): this;
    uint64le(name: string): this;
    uint64be(name: string): this;
    int8(name: string): this;
    int16le(name: string): this;
    int16be(name: string): this;
    int32le(name: string): this;
    int32be(name: string): this;
    int64le(name: string): this;
    int64be(name: string): this;
    floatle(name: string): this;
    floatbe(name: string): this;
    doublele(name: string): this;
    doublebe(name: string): this;
    buffer(name: string, options: Options): this;
    array(name: string, options: Options): this;
    getCode(): string;
    parse(bytes: Uint8Array): unknown;
  }
}
