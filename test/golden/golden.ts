// Readers of the recorded values in ../shared/golden, and how numbers are compared with them.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'vitest';

/** An array as the recordings hold it; NaN and infinities are text. */
export interface Encoded {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly (number | string | boolean)[];
}

/** Reads a recording; without the folder the tests fail here. */
export function golden<T>(file: string): readonly T[] {
  const path = resolve('../shared/golden', file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`the recorded values are missing: ${path} can't be read; they lie beside the project in shared/golden`, { cause });
  }
  const { cases } = JSON.parse(text) as { cases: readonly T[] };
  if (!Array.isArray(cases) || cases.length === 0) throw new Error(`${path} holds no cases`);
  return cases;
}

const SPECIAL: Readonly<Record<string, number>> = { nan: Number.NaN, NaN: Number.NaN, inf: Infinity, Infinity: Infinity, '-inf': -Infinity, '-Infinity': -Infinity };
export const numbers = ({ data }: Encoded): Float64Array => Float64Array.from(data as readonly (number | string)[], (v) => (typeof v === 'string' ? (SPECIAL[v] ?? Number(v)) : Number(v)));

/** The recorded array as an input. */
export const asInput = (encoded: Encoded): { data: Float32Array; shape: readonly number[] } => ({ data: Float32Array.from(numbers(encoded)), shape: encoded.shape });

/** A literal of JSON, nested or encoded, as a flat list. */
export function flat(literal: unknown): number[] {
  if (Array.isArray(literal)) return literal.flatMap(flat);
  if (typeof literal === 'object' && literal !== null && 'data' in literal) return [...numbers(literal as Encoded)];
  return [typeof literal === 'string' ? (SPECIAL[literal] ?? Number(literal)) : Number(literal)];
}

/** The largest error beyond the tolerance, as a share of it; at most 1 passes. */
export function excess(actual: ArrayLike<number>, desired: ArrayLike<number>, rtol: number, atol: number): number {
  let worst = 0;
  for (let i = 0; i < desired.length; i++) {
    const [a, d] = [actual[i] as number, desired[i] as number];
    if (Object.is(a, d) || a === d || (Number.isNaN(a) && Number.isNaN(d))) continue;
    const share = Math.abs(a - d) / (atol + rtol * Math.abs(d));
    worst = Number.isFinite(share) ? Math.max(worst, share) : Infinity;
  }
  return worst;
}

export function expectClose(actual: ArrayLike<number>, desired: ArrayLike<number>, { rtol = 1e-5, atol = 1e-6, what = 'the result' } = {}): void {
  expect(actual.length, `numbers in ${what}`).toBe(desired.length);
  const worst = excess(actual, desired, rtol, atol);
  if (worst > 1) {
    const at = Array.from(desired).findIndex((d, i) => excess([actual[i] as number], [d], rtol, atol) > 1);
    expect.fail(`${what}: ${actual[at]} at ${at} where ${desired[at]} is recorded, ${worst.toFixed(1)} times the tolerance (rtol ${rtol}, atol ${atol})`);
  }
}

/** `per_sample` → `perSample`. */
export const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
