import { ConfigError } from './errors.js';

let seed: number | undefined;

/**
 * Fixes what models built after it draw: first weights, and the default seed of every fit. `null` takes it back.
 * @param value a whole number from 0 to 2⁵³ − 1.
 * @example
 * setRandomSeed(42);
 */
export function setRandomSeed(value: number | null): void {
  seed = value === null ? undefined : checkSeed(value, 'setRandomSeed');
}

export function checkSeed(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new ConfigError(`${what}: a seed is a whole number from 0 to 2^53 − 1, received ${value}`, { received: value });
  return value;
}

/** The seed that was set, or one that is drawn. */
export function nextSeed(): number {
  return seed ?? Math.floor(Math.random() * 2 ** 32);
}
