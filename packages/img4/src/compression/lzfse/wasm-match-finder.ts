import { accelerator, release } from '../wasm.js';
import { LITERALS_PER_BLOCK, MATCHES_PER_BLOCK } from './constants.js';
import { BlockEncoder } from './encode-block.js';
import { ENCODER_WINDOW, type MatchFinder, ScriptMatchFinder } from './match-finder.js';

type FlushBlock = (block: BlockEncoder, end: number) => void;

/** The match finder of wasm/lzfse_encode.c, which fills the block's arrays in its own memory. */
function wasmMatchFinder(flushBlock: FlushBlock): MatchFinder | undefined {
  const wasm = accelerator('lzfse_encode');
  if (!wasm) return undefined;
  const { memory, call } = wasm;
  const words = (name: string, count: number) => new Int32Array(memory, wasm.address(name), count);
  const block = new BlockEncoder(
    words('l_values', MATCHES_PER_BLOCK),
    words('m_values', MATCHES_PER_BLOCK),
    words('d_values', MATCHES_PER_BLOCK),
    new Uint8Array(memory, wasm.address('literals'), LITERALS_PER_BLOCK),
  );
  const matches = words('block_matches', 1);
  const literals = words('block_literals', 1);
  const raw = words('block_raw', 1);
  const literal = words('literal', 1);
  wasm.hook = () => {
    block.matches = matches[0]!;
    block.literalCount = literals[0]!;
    block.rawSize = raw[0]!;
    if (!block.empty) flushBlock(block, literal[0]!);
    matches[0] = literals[0] = raw[0] = 0;
  };
  call.reset!();
  return {
    window: new Uint8Array(memory, wasm.address('window'), ENCODER_WINDOW),
    run: end => void call.run!(end),
    finish: end => void call.finish!(end),
    slide: size => call.slide!(size),
    release: () => release('lzfse_encode', wasm),
  };
}

/** The fastest match finder that this place allows. */
export function matchFinder(flushBlock: FlushBlock): MatchFinder {
  return wasmMatchFinder(flushBlock) ?? new ScriptMatchFinder(flushBlock);
}
