/** What needs Node: files of Debian's packages, and the terminal. @packageDocumentation */
export { debianFiles } from './cli/debian.js';
export { Terminal } from './cli/terminal.js';
export { fileSource } from './ipsw/file-source.js';
