// What the kernel's three edge modules use of the platform, so that the pure folders type-check without
// Node's types: there, `process`, `setTimeout` and `node:fs` must not compile.
declare module 'node:crypto' {
  export function createHash(algorithm: string): {
    update(data: Uint8Array | string): { digest(encoding: 'hex'): string };
  };
  export function randomUUID(): string;
}
declare const performance: { now(): number };
