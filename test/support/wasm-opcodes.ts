/**
 * SIMD opcodes of a WebAssembly binary, in order. Reads every instruction of every function, so that a byte of a
 * constant is never taken for an opcode; an instruction it does not know is an error, not a guess.
 */
export function simdOpcodes(bytes: Uint8Array): number[] {
  const reader = new Reader(bytes, 8);
  const found: number[] = [];
  while (reader.at < bytes.length) {
    const section = reader.byte();
    const size = reader.unsigned();
    const end = reader.at + size;
    if (section === 10) readCode(reader, found);
    reader.at = end;
  }
  return found;
}

function readCode(reader: Reader, found: number[]): void {
  const functions = reader.unsigned();
  for (let f = 0; f < functions; f += 1) {
    const size = reader.unsigned();
    const end = reader.at + size;
    for (let groups = reader.unsigned(); groups > 0; groups -= 1) {
      reader.unsigned();
      reader.byte();
    }
    while (reader.at < end) readInstruction(reader, found);
    if (reader.at !== end) throw new Error('an instruction crosses the end of its function');
  }
}

function readInstruction(reader: Reader, found: number[]): void {
  const opcode = reader.byte();
  if (opcode === 0xfd) {
    const simd = reader.unsigned();
    found.push(simd);
    skipSimdImmediate(reader, simd);
  } else if (opcode === 0xfc) {
    const sub = reader.unsigned();
    if (sub === 10) reader.at += 2;
    else if (sub === 11) reader.at += 1;
    else if (sub > 7) throw new Error(`unknown opcode fc ${String(sub)}`);
  } else if ((opcode >= 0x02 && opcode <= 0x04) || opcode === 0x41 || opcode === 0x42) {
    reader.unsigned();
  } else if (opcode === 0x0c || opcode === 0x0d || opcode === 0x10) {
    reader.unsigned();
  } else if (opcode === 0x0e) {
    for (let targets = reader.unsigned(); targets >= 0; targets -= 1) reader.unsigned();
  } else if (opcode >= 0x20 && opcode <= 0x24) {
    reader.unsigned();
  } else if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.unsigned();
    reader.unsigned();
  } else if (opcode === 0x3f || opcode === 0x40) {
    reader.byte();
  } else if (opcode === 0x43) {
    reader.at += 4;
  } else if (opcode === 0x44) {
    reader.at += 8;
  } else if (!hasNoImmediate(opcode)) {
    throw new Error(`unknown opcode ${opcode.toString(16)} at ${String(reader.at)}`);
  }
}

function hasNoImmediate(opcode: number): boolean {
  const control = [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b];
  return control.includes(opcode) || (opcode >= 0x45 && opcode <= 0xc4);
}

function skipSimdImmediate(reader: Reader, opcode: number): void {
  if (opcode <= 11 || opcode === 92 || opcode === 93) {
    reader.unsigned();
    reader.unsigned();
  } else if (opcode === 12 || opcode === 13) {
    reader.at += 16;
  } else if (opcode >= 21 && opcode <= 34) {
    reader.at += 1;
  } else if (opcode >= 84 && opcode <= 91) {
    reader.unsigned();
    reader.unsigned();
    reader.at += 1;
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const value = this.#bytes[this.at];
    if (value === undefined) throw new Error('the binary ends too soon');
    this.at += 1;
    return value;
  }

  /** LEB128; also reads past a signed one, whose value is not needed. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
}
