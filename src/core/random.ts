/**
 * Reproducible randomness: the same seed gives the same sequence on every machine. For simulations and searches, never
 * for secrets (`ids.ts` asks the operating system).
 */
import { createHash } from 'node:crypto';

/** A stream of random numbers. Each call moves it on. */
export interface Random {
  /** Uniform in the open interval (0, 1), 32 bits of resolution; never 0, so that its logarithm is finite. */
  uniform(): number;
  /** Normal with mean 0 and variance 1. */
  normal(): number;
}

/** Opens the stream that belongs to `seed`; streams of different seeds are unrelated. */
export function seededRandom(seed: string): Random {
  const next = smallFastCounter(createHash('sha256').update(seed).digest());
  const uniform = (): number => (next() + 0.5) / 4_294_967_296;
  return { uniform, normal: normalDeviates(uniform) };
}

/** sfc32 of Chris Doty-Humphrey's PractRand: 32-bit words, period of at least 2^32, 2^127 on average. */
function smallFastCounter(seed: Buffer): () => number {
  let a = seed.readInt32LE(0);
  let b = seed.readInt32LE(4);
  let c = seed.readInt32LE(8);
  let counter = 1;
  const next = (): number => {
    const word = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return word >>> 0;
  };
  // The generator's author asks for 12 rounds before the first use, to mix a poor seed.
  for (let round = 0; round < 12; round++) next();
  return next;
}

/** Marsaglia's polar method: two deviates for each accepted point of the unit disc. */
function normalDeviates(uniform: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    for (;;) {
      const x = 2 * uniform() - 1;
      const y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * scale;
      return x * scale;
    }
  };
}
