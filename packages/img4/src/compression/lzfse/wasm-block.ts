import { Img4Error } from '../../error.js';
import { type Accelerator, accelerator, release } from '../wasm.js';
import { type BlockDecoder, scriptBlock } from './block.js';
import { D, D_VALUES, L, L_VALUES, LITERAL, M, M_VALUES } from './constants.js';
import { literalTable, valueTable } from './fse.js';
import type { LzfseHeader } from './header.js';
import { MAX_PAYLOAD, WINDOW_SIZE } from './limits.js';

/** Errors of wasm/common.h. */
const ERRORS: Readonly<Record<number, string>> = {
  [-1]: 'the literal stream is too short',
  [-2]: 'the L, M, D stream is too short',
  [-3]: 'a triple asks for more literals than the block has',
  [-4]: 'a distance reaches before the output',
  [-5]: 'the block holds more than its header says',
};

/** The decoder with its hot loops in WebAssembly: wasm/lzfse_decode.c, in less than 1 MiB of memory. */
class WasmBlock implements BlockDecoder {
  readonly window: Uint8Array;
  private readonly payload: Uint8Array;
  private readonly literalStates: Int32Array;
  private readonly lTable: Int32Array;
  private readonly mTable: Int32Array;
  private readonly dTable: Int32Array;
  private offset = 0;

  constructor(private readonly wasm: Accelerator) {
    const bytes = (name: string, size: number) => new Uint8Array(wasm.memory, wasm.address(name), size);
    const words = (name: string, count: number) => new Int32Array(wasm.memory, wasm.address(name), count);
    this.window = bytes('window', WINDOW_SIZE);
    this.payload = bytes('payload', MAX_PAYLOAD);
    this.literalStates = words('literal_table', LITERAL.states);
    this.lTable = words('l_table', 2 * L.states);
    this.mTable = words('m_table', 2 * M.states);
    this.dTable = words('d_table', 2 * D.states);
  }

  private checked(result: number): number {
    if (result >= 0) return result;
    throw new Img4Error('corrupt', ERRORS[result]!, { offset: this.offset, path: 'lzfse' });
  }

  begin(source: DataView, at: number, header: LzfseHeader, offset: number): void {
    this.offset = offset;
    const { wasm } = this;
    const f = header.frequencies;
    const [m, d, literal] = [L.symbols, L.symbols + M.symbols, L.symbols + M.symbols + D.symbols];
    valueTable(this.lTable, f.subarray(0, m), L_VALUES);
    valueTable(this.mTable, f.subarray(m, d), M_VALUES);
    valueTable(this.dTable, f.subarray(d, literal), D_VALUES);
    literalTable(this.literalStates, f.subarray(literal));
    const { literalPayload, lmdPayload } = header;
    this.payload.set(new Uint8Array(source.buffer, source.byteOffset + at, literalPayload + lmdPayload));
    this.checked(
      wasm.call.begin!(0, literalPayload * 8 + header.literalBits, header.literals, ...header.literalStates),
    );
    const { lState, mState, dState, matches } = header;
    wasm.call.begin_triples!(literalPayload, lmdPayload * 8 + header.lmdBits, matches, lState, mState, dState);
  }

  get pending(): boolean {
    return this.wasm.call.pending!() !== 0;
  }
  fast(at: number, fastEnd: number): number {
    return this.checked(this.wasm.call.fast!(at, fastEnd));
  }
  careful(at: number, end: number): number {
    return this.checked(this.wasm.call.careful!(at, end));
  }
  release(): void {
    release('lzfse_decode', this.wasm);
  }
}

/** The fastest decoder that this place allows. */
export function blockDecoder(): BlockDecoder {
  const wasm = accelerator('lzfse_decode');
  return wasm ? new WasmBlock(wasm) : scriptBlock();
}
