// What the kernel's three edge modules use of the platform, so that the pure folders type-check without
// Node's types: there, `process`, `setTimeout` and `node:fs` must not compile.
declare module 'node:crypto' {
  export function hash(algorithm: string, data: Uint8Array | string, encoding: 'hex'): string;
  export function randomUUID(): string;
}
declare const performance: { now(): number };
