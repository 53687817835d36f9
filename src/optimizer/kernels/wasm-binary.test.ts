import { describe, expect, it } from 'vitest';
import { compileKernels, digestOf } from '../../../test/support/kernel-compiler.ts';
import { simdOpcodes } from '../../../test/support/wasm-opcodes.ts';
import { WASM_DIGEST, wasmBytes } from './wasm-binary.ts';

/** SIMD opcodes from here on are the relaxed ones, whose results depend on the processor. */
const RELAXED_FIRST = 0x100;

describe('the binary of the kernels', () => {
  it('is what its sources compile to', () => {
    expect(digestOf(wasmBytes())).toBe(WASM_DIGEST);
    expect(digestOf(compileKernels())).toBe(WASM_DIGEST);
  });

  it('has SIMD and no relaxed SIMD', () => {
    const opcodes = simdOpcodes(wasmBytes());
    expect(opcodes.length).toBeGreaterThan(50);
    expect(opcodes.filter((opcode) => opcode >= RELAXED_FIRST)).toEqual([]);
  });

  it('the reader of opcodes sees a relaxed one', () => {
    // One function () -> v128 of three zero vectors and f64x2.relaxed_madd (0xfd 0x87 0x02).
    const hex = (text: string): number[] => [...Buffer.from(text.replaceAll(' ', ''), 'hex')];
    const body = hex(`00 ${`fd0c ${'00'.repeat(16)}`.repeat(3)} fd8702 0b`);
    const sections = hex('0061736d01000000 01 05 01 60 00 01 7b 03 02 01 00 0a');
    const bytes = Uint8Array.from(sections.concat(body.length + 2, 1, body.length, body));
    expect(WebAssembly.validate(bytes)).toBe(true);
    expect(simdOpcodes(bytes)).toEqual([0x0c, 0x0c, 0x0c, 0x107]);
  });
});
