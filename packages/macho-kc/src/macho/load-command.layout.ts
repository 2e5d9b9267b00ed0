// mach-o/loader.h: the fixed part of every load command. Text, sections, thread states and tools follow it.
import { bytes, layout, u32, u64 } from '@internal/binary/layout';

const head = { cmd: u32('LC_*'), cmdsize: u32('bytes of the whole command') };
const name = (doc: string) => bytes(16, `${doc}, NUL-padded`);
const lcStr = (doc: string) => u32(`offset of the ${doc} from the start of the command`);

export const LoadCommandHead = layout('load_command', 'little', head);

export const SegmentCommand = layout('segment_command', 'little', {
  ...head,
  segname: name('segment name'),
  vmaddr: u32('virtual address'),
  vmsize: u32('bytes in memory'),
  fileoff: u32('file offset'),
  filesize: u32('bytes in the file'),
  maxprot: u32('greatest VM protection'),
  initprot: u32('initial VM protection'),
  nsects: u32('sections that follow'),
  flags: u32('SG_*'),
});

export const SegmentCommand64 = layout('segment_command_64', 'little', {
  ...head,
  segname: name('segment name'),
  vmaddr: u64('virtual address'),
  vmsize: u64('bytes in memory'),
  fileoff: u64('file offset'),
  filesize: u64('bytes in the file'),
  maxprot: u32('greatest VM protection'),
  initprot: u32('initial VM protection'),
  nsects: u32('sections that follow'),
  flags: u32('SG_*'),
});

export const Section32 = layout('section', 'little', {
  sectname: name('section name'),
  segname: name('segment name'),
  addr: u32('virtual address'),
  size: u32('bytes'),
  offset: u32('file offset'),
  align: u32('power of two'),
  reloff: u32('file offset of relocations'),
  nreloc: u32('number of relocations'),
  flags: u32('type and S_ATTR_*'),
  reserved1: u32('index into the indirect symbol table'),
  reserved2: u32('stub size'),
});

export const Section64 = layout('section_64', 'little', {
  sectname: name('section name'),
  segname: name('segment name'),
  addr: u64('virtual address'),
  size: u64('bytes'),
  offset: u32('file offset'),
  align: u32('power of two'),
  reloff: u32('file offset of relocations'),
  nreloc: u32('number of relocations'),
  flags: u32('type and S_ATTR_*'),
  reserved1: u32('index into the indirect symbol table'),
  reserved2: u32('stub size'),
  reserved3: u32('0'),
});

export const FvmlibCommand = layout('fvmlib_command', 'little', {
  ...head,
  name: lcStr('path name'),
  minor_version: u32('minor version'),
  header_addr: u32('header address'),
});

export const FvmfileCommand = layout('fvmfile_command', 'little', {
  ...head,
  name: lcStr('path name'),
  header_addr: u32('virtual address'),
});

export const DylibCommand = layout('dylib_command', 'little', {
  ...head,
  name: lcStr('path name'),
  timestamp: u32('build time, or 0x1a741800 where use flags follow'),
  current_version: u32('X.Y.Z in 16.8.8 bits'),
  compatibility_version: u32('X.Y.Z in 16.8.8 bits'),
});

/** Commands that are one text: sub-framework, dylinker, rpath and the like. */
export const StringCommand = layout('lc_str command', 'little', { ...head, name: lcStr('text') });

export const PreboundDylibCommand = layout('prebound_dylib_command', 'little', {
  ...head,
  name: lcStr('path name'),
  nmodules: u32('modules'),
  linked_modules: lcStr('bit vector of linked modules'),
});

/** LC_THREAD and LC_UNIXTHREAD: flavor, count and words of each state follow. */
export const ThreadCommand = layout('thread_command', 'little', head);

export const RoutinesCommand = layout('routines_command', 'little', {
  ...head,
  init_address: u32('address of the initialisation routine'),
  init_module: u32('index of its module'),
  reserved: bytes(24, 'reserved1 to reserved6'),
});

export const RoutinesCommand64 = layout('routines_command_64', 'little', {
  ...head,
  init_address: u64('address of the initialisation routine'),
  init_module: u64('index of its module'),
  reserved: bytes(48, 'reserved1 to reserved6'),
});

export const SymtabCommand = layout('symtab_command', 'little', {
  ...head,
  symoff: u32('file offset of the nlist entries'),
  nsyms: u32('number of entries'),
  stroff: u32('file offset of the names'),
  strsize: u32('bytes of names'),
});

export const DysymtabCommand = layout('dysymtab_command', 'little', {
  ...head,
  ilocalsym: u32('first local symbol'),
  nlocalsym: u32('local symbols'),
  iextdefsym: u32('first exported symbol'),
  nextdefsym: u32('exported symbols'),
  iundefsym: u32('first undefined symbol'),
  nundefsym: u32('undefined symbols'),
  tocoff: u32('file offset of the table of contents'),
  ntoc: u32('its entries'),
  modtaboff: u32('file offset of the module table'),
  nmodtab: u32('its entries'),
  extrefsymoff: u32('file offset of the referenced symbols'),
  nextrefsyms: u32('their number'),
  indirectsymoff: u32('file offset of the indirect symbol table'),
  nindirectsyms: u32('its entries'),
  extreloff: u32('file offset of the external relocations'),
  nextrel: u32('their number'),
  locreloff: u32('file offset of the local relocations'),
  nlocrel: u32('their number'),
});

export const TwolevelHintsCommand = layout('twolevel_hints_command', 'little', {
  ...head,
  offset: u32('file offset of the hints'),
  nhints: u32('their number'),
});

export const PrebindCksumCommand = layout('prebind_cksum_command', 'little', { ...head, cksum: u32('check sum or 0') });

export const UuidCommand = layout('uuid_command', 'little', { ...head, uuid: bytes(16, 'UUID') });

/** Commands that name a piece of __LINKEDIT: code signature, function starts, chained fixups ... */
export const LinkeditDataCommand = layout('linkedit_data_command', 'little', {
  ...head,
  dataoff: u32('file offset'),
  datasize: u32('bytes'),
});

export const EncryptionInfoCommand = layout('encryption_info_command', 'little', {
  ...head,
  cryptoff: u32('file offset of the encrypted range'),
  cryptsize: u32('its bytes'),
  cryptid: u32('0 = not encrypted'),
});

export const EncryptionInfoCommand64 = layout('encryption_info_command_64', 'little', {
  ...head,
  cryptoff: u32('file offset of the encrypted range'),
  cryptsize: u32('its bytes'),
  cryptid: u32('0 = not encrypted'),
  pad: u32('0'),
});

export const DyldInfoCommand = layout('dyld_info_command', 'little', {
  ...head,
  rebase_off: u32('file offset of the rebase opcodes'),
  rebase_size: u32('bytes'),
  bind_off: u32('file offset of the bind opcodes'),
  bind_size: u32('bytes'),
  weak_bind_off: u32('file offset of the weak bind opcodes'),
  weak_bind_size: u32('bytes'),
  lazy_bind_off: u32('file offset of the lazy bind opcodes'),
  lazy_bind_size: u32('bytes'),
  export_off: u32('file offset of the exports trie'),
  export_size: u32('bytes'),
});

export const VersionMinCommand = layout('version_min_command', 'little', {
  ...head,
  version: u32('X.Y.Z in 16.8.8 bits'),
  sdk: u32('X.Y.Z in 16.8.8 bits'),
});

export const BuildVersionCommand = layout('build_version_command', 'little', {
  ...head,
  platform: u32('PLATFORM_*'),
  minos: u32('X.Y.Z in 16.8.8 bits'),
  sdk: u32('X.Y.Z in 16.8.8 bits'),
  ntools: u32('tools that follow'),
});

export const BuildToolVersion = layout('build_tool_version', 'little', {
  tool: u32('TOOL_*'),
  version: u32('X.Y.Z in 16.8.8 bits'),
});

export const EntryPointCommand = layout('entry_point_command', 'little', {
  ...head,
  entryoff: u64('file offset of main()'),
  stacksize: u64('initial stack size or 0'),
});

export const SourceVersionCommand = layout('source_version_command', 'little', {
  ...head,
  version: u64('A.B.C.D.E in 24.10.10.10.10 bits'),
});

export const LinkerOptionCommand = layout('linker_option_command', 'little', {
  ...head,
  count: u32('texts that follow'),
});

export const SymsegCommand = layout('symseg_command', 'little', {
  ...head,
  offset: u32('file offset of the symbol segment'),
  size: u32('bytes'),
});

export const NoteCommand = layout('note_command', 'little', {
  ...head,
  data_owner: name('owner of the data'),
  offset: u64('file offset'),
  size: u64('bytes'),
});

export const FilesetEntryCommand = layout('fileset_entry_command', 'little', {
  ...head,
  vmaddr: u64("virtual address of the entry's Mach header"),
  fileoff: u64("file offset of the entry's Mach header"),
  entry_id: lcStr('bundle identifier'),
  reserved: u32('0'),
});

export const TargetTripleCommand = layout('target_triple_command', 'little', {
  ...head,
  triple: lcStr('target triple'),
});
