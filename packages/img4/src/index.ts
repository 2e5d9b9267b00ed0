export {
  CATALOGUE,
  type CatalogueEntry,
  type CatalogueSource,
  componentForKey,
  meaningOf,
  type PropertyType,
} from './catalogue/index.js';
export * from './compression/index.js';
export { Im4c } from './containers/im4c.js';
export { Im4m, type ManifestObject } from './containers/im4m.js';
export { COMPRESSION, Im4p, type Im4pCompression, type Im4pParts } from './containers/im4p.js';
export { generatorBytes, Im4r } from './containers/im4r.js';
export { Img4, Img4File, type Img4Object, kindOf, parseImg4File } from './containers/img4.js';
export { KEYBAG_CLASS, type Keybag } from './containers/kbag.js';
export { findProperty, formatValue, type Property, type PropertyValue } from './containers/property.js';
export { aesCbcDecrypt, aesCbcEncrypt } from './crypto/aes.js';
export { decryptPayload, encryptPayload } from './crypto/payload.js';
export type { DerOptions } from './der/index.js';
export { type Img4Code, Img4Error, isImg4Error } from './error.js';
export {
  createPayload,
  extractPayload,
  isCiphertext,
  type Payload,
  type PayloadCompression,
  payloadCompression,
  replaceExtra,
  replacePayload,
  type StoreOptions,
} from './payload.js';
