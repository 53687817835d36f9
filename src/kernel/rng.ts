/**
 * Seeded randomness: the same seed gives the same numbers on every machine.
 * Generator: xoshiro128** 1.1 (Blackman and Vigna, 2018), seeded by SplitMix32 over an FNV-1a hash.
 */
import { assert } from './assert.ts';

export class Rng {
  readonly #state: Uint32Array;
  #spareNormal: number | null = null;

  constructor(seed: string | number) {
    let h = fnv1a(String(seed));
    this.#state = new Uint32Array(4);
    for (let i = 0; i < 4; i += 1) {
      h = (h + 0x9e3779b9) >>> 0;
      let z = h;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b) >>> 0;
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35) >>> 0;
      this.#state[i] = (z ^ (z >>> 16)) >>> 0;
    }
  }

  /** An independent stream for a named part of the work, so that adding one part does not shift another. */
  static stream(seed: string | number, name: string): Rng {
    return new Rng(`${String(seed)}/${name}`);
  }

  /** A uniform 32-bit integer. */
  next(): number {
    const s = this.#state;
    const s0 = s[0] as number;
    const s1 = s[1] as number;
    const s2 = s[2] as number;
    const s3 = s[3] as number;
    const result = Math.imul(rotl(Math.imul(s1, 5), 7), 9) >>> 0;
    const t = s1 << 9;
    const n2 = s2 ^ s0;
    const n3 = s3 ^ s1;
    s[1] = s1 ^ n2;
    s[0] = s0 ^ n3;
    s[2] = n2 ^ t;
    s[3] = rotl(n3, 11);
    return result;
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    return ((this.next() >>> 5) * 67108864 + (this.next() >>> 6)) / 9007199254740992;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** A uniform integer in [0, n). */
  below(n: number): number {
    assert(Number.isInteger(n) && n > 0, 'below takes a positive integer');
    return Math.floor(this.uniform() * n);
  }

  /** A standard normal number, by Marsaglia's polar method. */
  normal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal;
      this.#spareNormal = null;
      return spare;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        this.#spareNormal = v * factor;
        return u * factor;
      }
    }
  }

  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, 'pick takes a non-empty list');
    return items[this.below(items.length)] as T;
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i -= 1) {
      const j = this.below(i + 1);
      [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
    }
    return copy;
  }
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

function fnv1a(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}
