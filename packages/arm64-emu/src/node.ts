export { type GdbListener, serveGdb } from './gdb-tcp.js';
export { FileDisk } from './node/file-disk.js';
