import { lzfse_decode, lzfse_encode, lzss_decode } from './wasm.generated.js';

const SOURCES = { lzfse_decode, lzfse_encode, lzss_decode };

/** Tests switch WebAssembly off here, to run the TypeScript loops. */
export const acceleration = { enabled: true };

const modules = new Map<string, WebAssembly.Module | undefined>();

function compiled(name: keyof typeof SOURCES): WebAssembly.Module | undefined {
  if (!modules.has(name)) {
    let module: WebAssembly.Module | undefined;
    try {
      module = new WebAssembly.Module(Uint8Array.from(atob(SOURCES[name]), char => char.charCodeAt(0)));
    } catch {
      // No WebAssembly, no SIMD in it, or a content security policy without 'wasm-unsafe-eval'.
    }
    modules.set(name, module);
  }
  return modules.get(name);
}

/** An instance of one of the package's modules: its functions, and its exported arrays as views of its memory. */
export interface Accelerator {
  /** Calls an exported function. */
  readonly call: Readonly<Record<string, (...args: number[]) => number>>;
  /** Offset of an exported array in {@link memory}. */
  address(name: string): number;
  readonly memory: ArrayBuffer;
  /** What the module's import `flush` calls. */
  hook: () => void;
}

/** The last instance of each module that was given back: its memory is used again, unless it is collected first. */
const idle = new Map<string, WeakRef<Accelerator>>();

/**
 * An instance with memory that never grows and may hold what an earlier user left; undefined where WebAssembly
 * cannot be used.
 */
export function accelerator(name: keyof typeof SOURCES): Accelerator | undefined {
  const module = acceleration.enabled ? compiled(name) : undefined;
  if (!module) return undefined;
  const again = idle.get(name)?.deref();
  idle.delete(name);
  if (again) return again;
  let instance: WebAssembly.Instance;
  try {
    instance = new WebAssembly.Instance(module, { env: { flush: () => made.hook() } });
  } catch {
    // Memory for it cannot be had.
    return undefined;
  }
  const { exports } = instance;
  const made: Accelerator = {
    call: exports as Accelerator['call'],
    address: symbol => (exports[symbol] as WebAssembly.Global).value as number,
    memory: (exports.memory as WebAssembly.Memory).buffer,
    hook: () => {},
  };
  return made;
}

/** Gives an instance back, which is not used any more. */
export function release(name: keyof typeof SOURCES, used: Accelerator): void {
  used.hook = () => {};
  idle.set(name, new WeakRef(used));
}
