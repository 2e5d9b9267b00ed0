export { Cursor } from './cursor.js';
export { type BinaryCode, BinaryError, type BinaryErrorInit, type Fail, isBinaryError, isFamily } from './error.js';
export { fits, fitsBig, fitsCount, getChars, need, setBytes, setChars } from './layout-runtime.js';
