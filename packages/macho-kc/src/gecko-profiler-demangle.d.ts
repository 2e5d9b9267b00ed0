/** The glue of the package's WebAssembly module, which has no types of its own. */
declare module 'gecko-profiler-demangle/index_bg.js';
