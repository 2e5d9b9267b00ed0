export { FileDisk } from './node/file-disk.js';
export { type GdbListener, serveGdb } from './node/gdb-tcp.js';
