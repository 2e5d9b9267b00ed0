/** What needs Node: files of Debian's packages, and the terminal. @packageDocumentation */
export { debianFiles } from './cli/debian.js';
export { fileSource } from './cli/file-source.js';
export { Terminal } from './cli/terminal.js';
