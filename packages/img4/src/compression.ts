/** Compression alone, without the containers: `img4/compression`. */
export * from './compression/index.js';
