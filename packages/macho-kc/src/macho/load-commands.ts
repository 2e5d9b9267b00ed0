import { fail, hex, MachOError } from '../error.js';
import { cString } from '../source.js';
import * as g from './load-command.generated.js';

type Reader<T> = (
  bytes: Uint8Array,
  at: number,
  fail: typeof import('../error.js').fail,
  path?: string,
  base?: number,
) => T;
type Writer<T> = (
  value: T,
  bytes: Uint8Array,
  at: number,
  fail: typeof import('../error.js').fail,
  path?: string,
) => void;

const type = <T>(cmd: number, size: number, read: Reader<T>, write: Writer<T>) => ({ cmd, size, read, write });
const REQ = 0x80000000;
const segment32 = (cmd: number) => type(cmd, g.SegmentCommandSize, g.readSegmentCommand, g.writeSegmentCommand);
const segment64 = (cmd: number) => type(cmd, g.SegmentCommand64Size, g.readSegmentCommand64, g.writeSegmentCommand64);
const fvmlib = (cmd: number) => type(cmd, g.FvmlibCommandSize, g.readFvmlibCommand, g.writeFvmlibCommand);
const dylib = (cmd: number) => type(cmd, g.DylibCommandSize, g.readDylibCommand, g.writeDylibCommand);
const text = (cmd: number) => type(cmd, g.StringCommandSize, g.readStringCommand, g.writeStringCommand);
const thread = (cmd: number) => type(cmd, g.ThreadCommandSize, g.readThreadCommand, g.writeThreadCommand);
const linkedit = (cmd: number) =>
  type(cmd, g.LinkeditDataCommandSize, g.readLinkeditDataCommand, g.writeLinkeditDataCommand);
const dyldInfo = (cmd: number) => type(cmd, g.DyldInfoCommandSize, g.readDyldInfoCommand, g.writeDyldInfoCommand);
const versionMin = (cmd: number) =>
  type(cmd, g.VersionMinCommandSize, g.readVersionMinCommand, g.writeVersionMinCommand);

/** Every load command of Apple's loader.h: number, bytes of the fixed part, reader and writer. */
export const LOAD_COMMANDS = {
  LC_SEGMENT: segment32(0x1),
  LC_SYMTAB: type(0x2, g.SymtabCommandSize, g.readSymtabCommand, g.writeSymtabCommand),
  LC_SYMSEG: type(0x3, g.SymsegCommandSize, g.readSymsegCommand, g.writeSymsegCommand),
  LC_THREAD: thread(0x4),
  LC_UNIXTHREAD: thread(0x5),
  LC_LOADFVMLIB: fvmlib(0x6),
  LC_IDFVMLIB: fvmlib(0x7),
  LC_IDENT: thread(0x8),
  LC_FVMFILE: type(0x9, g.FvmfileCommandSize, g.readFvmfileCommand, g.writeFvmfileCommand),
  LC_PREPAGE: thread(0xa),
  LC_DYSYMTAB: type(0xb, g.DysymtabCommandSize, g.readDysymtabCommand, g.writeDysymtabCommand),
  LC_LOAD_DYLIB: dylib(0xc),
  LC_ID_DYLIB: dylib(0xd),
  LC_LOAD_DYLINKER: text(0xe),
  LC_ID_DYLINKER: text(0xf),
  LC_PREBOUND_DYLIB: type(0x10, g.PreboundDylibCommandSize, g.readPreboundDylibCommand, g.writePreboundDylibCommand),
  LC_ROUTINES: type(0x11, g.RoutinesCommandSize, g.readRoutinesCommand, g.writeRoutinesCommand),
  LC_SUB_FRAMEWORK: text(0x12),
  LC_SUB_UMBRELLA: text(0x13),
  LC_SUB_CLIENT: text(0x14),
  LC_SUB_LIBRARY: text(0x15),
  LC_TWOLEVEL_HINTS: type(0x16, g.TwolevelHintsCommandSize, g.readTwolevelHintsCommand, g.writeTwolevelHintsCommand),
  LC_PREBIND_CKSUM: type(0x17, g.PrebindCksumCommandSize, g.readPrebindCksumCommand, g.writePrebindCksumCommand),
  LC_LOAD_WEAK_DYLIB: dylib(0x18 + REQ),
  LC_SEGMENT_64: segment64(0x19),
  LC_ROUTINES_64: type(0x1a, g.RoutinesCommand64Size, g.readRoutinesCommand64, g.writeRoutinesCommand64),
  LC_UUID: type(0x1b, g.UuidCommandSize, g.readUuidCommand, g.writeUuidCommand),
  LC_RPATH: text(0x1c + REQ),
  LC_CODE_SIGNATURE: linkedit(0x1d),
  LC_SEGMENT_SPLIT_INFO: linkedit(0x1e),
  LC_REEXPORT_DYLIB: dylib(0x1f + REQ),
  LC_LAZY_LOAD_DYLIB: dylib(0x20),
  LC_ENCRYPTION_INFO: type(
    0x21,
    g.EncryptionInfoCommandSize,
    g.readEncryptionInfoCommand,
    g.writeEncryptionInfoCommand,
  ),
  LC_DYLD_INFO: dyldInfo(0x22),
  LC_DYLD_INFO_ONLY: dyldInfo(0x22 + REQ),
  LC_LOAD_UPWARD_DYLIB: dylib(0x23 + REQ),
  LC_VERSION_MIN_MACOSX: versionMin(0x24),
  LC_VERSION_MIN_IPHONEOS: versionMin(0x25),
  LC_FUNCTION_STARTS: linkedit(0x26),
  LC_DYLD_ENVIRONMENT: text(0x27),
  LC_MAIN: type(0x28 + REQ, g.EntryPointCommandSize, g.readEntryPointCommand, g.writeEntryPointCommand),
  LC_DATA_IN_CODE: linkedit(0x29),
  LC_SOURCE_VERSION: type(0x2a, g.SourceVersionCommandSize, g.readSourceVersionCommand, g.writeSourceVersionCommand),
  LC_DYLIB_CODE_SIGN_DRS: linkedit(0x2b),
  LC_ENCRYPTION_INFO_64: type(
    0x2c,
    g.EncryptionInfoCommand64Size,
    g.readEncryptionInfoCommand64,
    g.writeEncryptionInfoCommand64,
  ),
  LC_LINKER_OPTION: type(0x2d, g.LinkerOptionCommandSize, g.readLinkerOptionCommand, g.writeLinkerOptionCommand),
  LC_LINKER_OPTIMIZATION_HINT: linkedit(0x2e),
  LC_VERSION_MIN_TVOS: versionMin(0x2f),
  LC_VERSION_MIN_WATCHOS: versionMin(0x30),
  LC_NOTE: type(0x31, g.NoteCommandSize, g.readNoteCommand, g.writeNoteCommand),
  LC_BUILD_VERSION: type(0x32, g.BuildVersionCommandSize, g.readBuildVersionCommand, g.writeBuildVersionCommand),
  LC_DYLD_EXPORTS_TRIE: linkedit(0x33 + REQ),
  LC_DYLD_CHAINED_FIXUPS: linkedit(0x34 + REQ),
  LC_FILESET_ENTRY: type(0x35 + REQ, g.FilesetEntryCommandSize, g.readFilesetEntryCommand, g.writeFilesetEntryCommand),
  LC_ATOM_INFO: linkedit(0x36),
  LC_FUNCTION_VARIANTS: linkedit(0x37),
  LC_FUNCTION_VARIANT_FIXUPS: linkedit(0x38),
  LC_TARGET_TRIPLE: type(0x39, g.TargetTripleCommandSize, g.readTargetTripleCommand, g.writeTargetTripleCommand),
} as const;

/** Name of a load command of loader.h, such as `LC_SEGMENT_64`. */
export type LoadCommandName = keyof typeof LOAD_COMMANDS;
/** Fields of each load command's fixed part, named as in loader.h. */
export type LoadCommandFields = { [K in LoadCommandName]: ReturnType<(typeof LOAD_COMMANDS)[K]['read']> };

/** A load command whose layout is known. `tail` is what follows the fixed part: text, sections, thread states. */
export interface KnownLoadCommand<K extends LoadCommandName = LoadCommandName> {
  readonly name: K;
  /** Offset of the command from the Mach header, bytes; 0 for one that was made, not read. */
  readonly offset: number;
  fields: LoadCommandFields[K];
  tail: Uint8Array;
}

/** A load command kept as its bytes: of a number that is not in loader.h, or too short for its layout. */
export interface RawLoadCommand {
  readonly name: undefined;
  readonly offset: number;
  readonly cmd: number;
  bytes: Uint8Array;
}

export type LoadCommand = { [K in LoadCommandName]: KnownLoadCommand<K> }[LoadCommandName] | RawLoadCommand;

const BY_CMD = new Map<number, LoadCommandName>(
  Object.entries(LOAD_COMMANDS).map(([name, row]) => [row.cmd, name as LoadCommandName]),
);

/** Name of a load-command number, or hex text. */
export const commandName = (cmd: number): string => BY_CMD.get(cmd) ?? hex(cmd);

/**
 * Reads one load command that takes `size` bytes at `at`.
 * @param offset of the command from the Mach header, kept in the result
 */
export function readLoadCommand(
  bytes: Uint8Array,
  at: number,
  size: number,
  offset: number,
  base: number,
): LoadCommand {
  const cmd = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, true);
  const name = BY_CMD.get(cmd);
  if (name === undefined || size < LOAD_COMMANDS[name].size)
    return { name: undefined, offset, cmd, bytes: bytes.slice(at, at + size) };
  const row = LOAD_COMMANDS[name];
  const fields = row.read(bytes, at, fail, name, base);
  // Byte fields are views; commands are edited in place, so they get memory of their own.
  for (const [key, value] of Object.entries(fields))
    if ((value as unknown) instanceof Uint8Array)
      (fields as unknown as Record<string, unknown>)[key] = (value as unknown as Uint8Array).slice();
  return { name, offset, fields, tail: bytes.slice(at + row.size, at + size) } as LoadCommand;
}

/** Bytes of a load command; `cmdsize` is written as it stands in the fields. */
export function encodeLoadCommand(command: LoadCommand): Uint8Array {
  if (command.name === undefined) return command.bytes;
  const row = LOAD_COMMANDS[command.name];
  const out = new Uint8Array(row.size + command.tail.length);
  (row.write as Writer<unknown>)(command.fields, out, 0, fail, command.name);
  out.set(command.tail, row.size);
  return out;
}

/** Fields of a command without the two that every command has. */
export type NewFields<K extends LoadCommandName> = Omit<LoadCommandFields[K], 'cmd' | 'cmdsize'>;

/**
 * A new load command; `cmd` and `cmdsize` are filled in.
 *
 * @example
 * makeCommand('LC_UUID', { uuid: crypto.getRandomValues(new Uint8Array(16)) });
 */
export function makeCommand<K extends LoadCommandName>(
  name: K,
  fields: NewFields<K>,
  tail: Uint8Array = new Uint8Array(0),
): KnownLoadCommand<K> {
  const { cmd, size } = LOAD_COMMANDS[name];
  const all = { cmd, cmdsize: size + tail.length, ...fields } as unknown as LoadCommandFields[K];
  return { name, offset: 0, fields: all, tail };
}

/** A new LC_DYSYMTAB; what is not given is 0. */
export function makeDysymtab(fields: Partial<NewFields<'LC_DYSYMTAB'>>): KnownLoadCommand<'LC_DYSYMTAB'> {
  return makeCommand('LC_DYSYMTAB', {
    ilocalsym: 0,
    nlocalsym: 0,
    iextdefsym: 0,
    nextdefsym: 0,
    iundefsym: 0,
    nundefsym: 0,
    tocoff: 0,
    ntoc: 0,
    modtaboff: 0,
    nmodtab: 0,
    extrefsymoff: 0,
    nextrefsyms: 0,
    indirectsymoff: 0,
    nindirectsyms: 0,
    extreloff: 0,
    nextrel: 0,
    locreloff: 0,
    nlocrel: 0,
    ...fields,
  });
}

/** NUL-terminated text padded so that a command of `fixed` bytes before it is a multiple of `unit` bytes. */
export function stringTail(value: string, fixed: number, unit = 8): Uint8Array {
  const encoded = new TextEncoder().encode(value);
  const out = new Uint8Array(Math.ceil((fixed + encoded.length + 1) / unit) * unit - fixed);
  out.set(encoded);
  return out;
}

/** Text of a command with an `lc_str`, given the value of that field. */
export function commandText<K extends LoadCommandName>(command: KnownLoadCommand<K>, at: number): string {
  const fixed = LOAD_COMMANDS[command.name].size;
  if (at < fixed || at > fixed + command.tail.length)
    throw new MachOError('bad-load-command', `text at ${at} lies outside the command`, {
      offset: command.offset,
      path: command.name,
    });
  return cString(command.tail, at - fixed);
}
