/** All routines. */
import './aes.js';
import './checksum.js';
import './float.js';
import './integer.js';
import './sha.js';
import './sm.js';
