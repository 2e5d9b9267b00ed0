import { array, bytes, i8, layout, struct, u8, u16, u32, u64 } from '@internal/binary/layout';

/** A run of allocation blocks. */
export const HfsExtent = layout('HFSPlusExtentDescriptor', 'big', {
  startBlock: u32('first allocation block'),
  blockCount: u32('their number'),
});

/** Where a file's content is. */
export const HfsFork = layout('HFSPlusForkData', 'big', {
  logicalSize: u64('bytes'),
  clumpSize: u32('bytes'),
  totalBlocks: u32('allocation blocks'),
  extents: array(HfsExtent, 8, 'the first eight extents'),
});

/** The volume header at byte 1024, and again 1024 bytes before the end: Apple TN1150. */
export const HfsVolumeHeader = layout('HFSPlusVolumeHeader', 'big', {
  signature: u16('H+ or HX'),
  version: u16('4 or 5'),
  attributes: u32('bit 8: cleanly unmounted'),
  lastMountedVersion: u32('who wrote to it'),
  journalInfoBlock: u32('allocation block; 0 without a journal'),
  createDate: u32('seconds since 1904, local time'),
  modifyDate: u32('seconds since 1904'),
  backupDate: u32('seconds since 1904'),
  checkedDate: u32('seconds since 1904'),
  fileCount: u32('files'),
  folderCount: u32('folders, without the root'),
  blockSize: u32('bytes of an allocation block'),
  totalBlocks: u32('allocation blocks'),
  freeBlocks: u32('allocation blocks'),
  nextAllocation: u32('where to look for free blocks'),
  rsrcClumpSize: u32('bytes'),
  dataClumpSize: u32('bytes'),
  nextCatalogId: u32('next unused catalog node ID'),
  writeCount: u32('times mounted'),
  encodingsBitmap: u64('text encodings that occur'),
  finderInfo: bytes(32, 'what boots'),
  allocationFile: struct(HfsFork, 'bitmap of blocks'),
  extentsFile: struct(HfsFork, 'B-tree of further extents'),
  catalogFile: struct(HfsFork, 'B-tree of files and folders'),
  attributesFile: struct(HfsFork, 'B-tree of extended attributes'),
  startupFile: struct(HfsFork, 'for other systems’ boot loaders'),
});

/** The begin of a B-tree's node. */
export const HfsNode = layout('BTNodeDescriptor', 'big', {
  fLink: u32('next node of the same kind; 0 at the end'),
  bLink: u32('the one before'),
  kind: i8('-1 leaf, 0 index, 1 header'),
  height: u8('1 for leaves'),
  numRecords: u16('records'),
  reserved: u16('0'),
});

/** The first record of a B-tree's header node. */
export const HfsTree = layout('BTHeaderRec', 'big', {
  treeDepth: u16('levels'),
  rootNode: u32('node'),
  leafRecords: u32('records in leaves'),
  firstLeafNode: u32('node'),
  lastLeafNode: u32('node'),
  nodeSize: u16('bytes'),
  maxKeyLength: u16('bytes'),
  totalNodes: u32('nodes'),
  freeNodes: u32('nodes'),
  reserved1: u16('0'),
  clumpSize: u32('bytes'),
  btreeType: u8('0'),
  keyCompareType: u8('0xBC: by code units'),
  attributes: u32('bit 1 big keys, bit 2 variable index keys'),
  reserved3: bytes(64, '0'),
});

/** What folders and files have in common, from their flags to their text encoding. */
const common = {
  createDate: u32('seconds since 1904'),
  contentModDate: u32('seconds since 1904'),
  attributeModDate: u32('seconds since 1904'),
  accessDate: u32('seconds since 1904'),
  backupDate: u32('seconds since 1904'),
  ownerId: u32('user'),
  groupId: u32('group'),
  adminFlags: u8('flags of the super user'),
  ownerFlags: u8('flags of the owner'),
  fileMode: u16('st_mode'),
  special: u32('link count'),
  userInfo: bytes(16, 'Finder'),
  finderInfo: bytes(16, 'Finder'),
  textEncoding: u32('0'),
};

/** A folder's record in the catalog. */
export const HfsFolder = layout('HFSPlusCatalogFolder', 'big', {
  recordType: u16('1'),
  flags: u16('0'),
  valence: u32('how much is right in it'),
  folderId: u32('catalog node ID'),
  ...common,
  folderCount: u32('folders in it, for HFSX with folder counts'),
});

/** A file's record in the catalog. */
export const HfsFile = layout('HFSPlusCatalogFile', 'big', {
  recordType: u16('2'),
  flags: u16('bit 1: it has a thread'),
  reserved1: u32('0'),
  fileId: u32('catalog node ID'),
  ...common,
  reserved2: u32('0'),
  dataFork: struct(HfsFork, 'content'),
  resourceFork: struct(HfsFork, 'resource fork'),
});
