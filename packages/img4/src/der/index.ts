export { DerElement, type DerOptions } from './reader.js';
export { CONTEXT, fourccToNumber, numberToFourcc, PRIVATE, Tag, UNIVERSAL } from './tag.js';
export * as der from './writer.js';
