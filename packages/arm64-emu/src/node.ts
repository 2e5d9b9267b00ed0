export { FileDisk } from './file-disk.js';
