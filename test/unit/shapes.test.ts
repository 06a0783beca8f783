// Shapes are inferred twice: here, for early and kind messages, and in the engine, which believes nobody. The two must agree.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { RULES } from '../../ts/src/core/shapes.js';
import type { Attr, DType, Tensor } from '../../ts/src/core/tensor.js';

type Typed = readonly [shape: readonly number[], dtype: DType];
type Row = readonly [rule: string, inputs: readonly Typed[], attrs: readonly Attr[], result: Typed | null];
/** What the engine's rules make of calls that fit and calls that don't, written by the tests of crates/ops. */
const rows = JSON.parse(readFileSync('test/unit/shapes.generated.json', 'utf8')) as readonly Row[];

class Refused extends Error {}

function infer(rule: string, given: readonly Typed[], attrs: readonly Attr[]): Typed | null {
  const inputs = given.map(([shape, dtype]) => ({ shape, dtype }) as unknown as Tensor);
  const fail = (message: string): never => {
    throw new Refused(message);
  };
  try {
    return (RULES[rule] as (typeof RULES)[string])({ inputs, shapes: given.map(([shape]) => shape), attrs, fail });
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

test.each(Object.keys(RULES))('%s: both languages agree', (rule) => {
  const own = rows.filter(([name]) => name.charAt(0).toLowerCase() + name.slice(1) === rule);
  expect(own.some(([, , , result]) => result !== null)).toBe(true);
  const differ = own.flatMap(([, inputs, attrs, result]) => {
    const here = infer(rule, inputs, attrs);
    return JSON.stringify(here) === JSON.stringify(result) ? [] : [`${JSON.stringify([inputs, attrs])}: engine ${JSON.stringify(result)}, here ${JSON.stringify(here)}`];
  });
  expect(differ).toEqual([]);
});

test('every rule refuses something', () => {
  const never = Object.keys(RULES).filter((rule) => !rows.some(([name, , , result]) => name.charAt(0).toLowerCase() + name.slice(1) === rule && result === null));
  expect(never).toEqual([]);
});
