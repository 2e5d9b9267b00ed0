/** Turns a mangled name into the one in the source; other names come back as they are. */
export type Demangler = (name: string) => string;

/** What the WebAssembly module of `gecko-profiler-demangle` exports, as far as it is used. */
interface DemangleModule {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
  demangle_any(name: string): string;
}

/**
 * A C++ (Itanium) and Rust demangler out of the bytes of `gecko-profiler-demangle/index_bg.wasm`. The file is not
 * loaded by this module, so that pages and bundlers fetch it their own way; in Node use `loadDemangler` of
 * `macho-kc/node`.
 */
export function createDemangler(wasm: Uint8Array): Promise<Demangler> {
  // The glue keeps one instance's memory: there can be no second one.
  return (only ??= instantiate(wasm));
}

let only: Promise<Demangler> | undefined;

async function instantiate(wasm: Uint8Array): Promise<Demangler> {
  const glue = (await import('gecko-profiler-demangle/index_bg.js')) as unknown as DemangleModule &
    WebAssembly.ModuleImports;
  const { instance } = await WebAssembly.instantiate(wasm as Uint8Array<ArrayBuffer>, { './index_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports as { __wbindgen_start?: () => void }).__wbindgen_start?.();
  return name => {
    // Mach-O puts an underscore before every C-level name.
    if (!/^_?_[ZR]/.test(name)) return name;
    const bare = name.startsWith('__') ? name.slice(1) : name;
    const plain = glue.demangle_any(bare);
    return plain === bare ? name : plain.replace(/^\{(vtable|typeinfo|typeinfo name|vtt)\((.*)\)\}$/, '$1 for $2');
  };
}
