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
}

/** A fresh instance with its own memory, which never grows; undefined where WebAssembly cannot be used. */
export function accelerator(
  name: keyof typeof SOURCES,
  imports: Readonly<Record<string, () => void>> = {},
): Accelerator | undefined {
  const module = acceleration.enabled ? compiled(name) : undefined;
  if (!module) return undefined;
  const { exports } = new WebAssembly.Instance(module, { env: imports });
  return {
    call: exports as Accelerator['call'],
    address: symbol => (exports[symbol] as WebAssembly.Global).value as number,
    memory: (exports.memory as WebAssembly.Memory).buffer,
  };
}
