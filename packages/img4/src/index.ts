export {
  type BuildComponent,
  type BuildIdentity,
  type BuildManifest,
  type BuildMatch,
  type IdentityAnswer,
  imageInBuild,
  readBuildManifest,
  readImageDigests,
  ticketInBuild,
} from './answers/build-manifest.js';
export { chipName, hasPlainNonce } from './answers/chips.js';
export { imageDigest, imageInTicket, type TicketAnswer, type TicketOptions } from './answers/digest.js';
export { checkNonce, formatGenerator, type NonceAnswer, nonceHash, parseGenerator } from './answers/nonce.js';
export { readShsh2, type Shsh2, writeShsh2 } from './answers/shsh2.js';
export { type StitchParts, stitch } from './answers/stitch.js';
export { type TicketSummary, ticketSummary } from './answers/ticket.js';
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
export { type DigestAlgorithm, digest, digestAlgorithm } from './crypto/digest.js';
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
export { type PlistDict, type PlistValue, readPlist } from './plist/read.js';
export { writePlist } from './plist/write.js';
export type { ConstraintViolation } from './verify/constraints.js';
export {
  type ManifestVerification,
  type VerificationProblem,
  type VerifyOptions,
  verifyManifest,
} from './verify/manifest.js';
export { APPLE_ROOTS, type TrustRoot } from './verify/roots.js';
export { type Certificate, CONSTRAINTS_EXTENSION, type PublicKey, readCertificate } from './verify/x509.js';
