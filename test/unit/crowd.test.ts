import { expect, test } from 'vitest';
import { Crowd } from '../../ts/src/model/crowd.js';

/** Which of so many slices one thread makes, if a step takes so long and threads sleep so often in a slice. */
function slices(count: number, together: (slice: number) => [ms: number, slept: number], alone: number | ((slice: number) => number), elapsed = 20): boolean[] {
  const crowd = new Crowd();
  return Array.from({ length: count }, (_, i) => {
    const one = crowd.alone;
    const [ms, slept] = one ? [typeof alone === 'number' ? alone : alone(i), 0] : together(i);
    crowd.learn(elapsed, elapsed / ms, slept);
    return one;
  });
}
const share = (made: readonly boolean[]) => made.filter(Boolean).length / made.length;

test('threads that never sleep are never tried against one', () => {
  expect(share(slices(1000, () => [1, 0], 2))).toBe(0);
});
test('threads that sleep and are faster all the same lose a slice now and then, ever more seldom', () => {
  const made = slices(2000, () => [1, 50], 2);
  expect(share(made.slice(0, 40))).toBeGreaterThan(0);
  expect(share(made)).toBeLessThan(0.005);
});
test('where others take the cores one thread makes nearly all slices', () => {
  const made = slices(1000, () => [2, 30], 1.2);
  expect(share(made)).toBeGreaterThan(0.95);
  expect(share(made.slice(20, 60))).toBeGreaterThan(0.7);
});
test('threads come back within a second of slices when the others are gone', () => {
  const made = slices(600, (i) => (i < 300 ? [2, 30] : [0.6, 0]), 1);
  expect(share(made.slice(0, 300))).toBeGreaterThan(0.85);
  expect(share(made.slice(350))).toBe(0);
});
test('code that is still being compiled while threads run does not speak for one thread', () => {
  const made = slices(200, (i) => [i < 18 ? 10 : 1, 30], 2);
  expect(share(made)).toBeLessThan(0.1);
});
test('a slice that happens to be slow or fast does not decide', () => {
  const uneven = (i: number) => [0.6, 1.6, 0.9, 0.9][i % 4] as number;
  for (const faster of [1.6, 1 / 1.6]) {
    const made = slices(
      1000,
      (i) => [faster * uneven(i), 4],
      (i) => uneven(i + 1),
    );
    expect(share(made)).toSatisfy((alone: number) => (faster > 1 ? alone > 0.85 : alone < 0.05));
  }
});
test('short slices are compared for as long as long ones', () => {
  const made = slices(2000, (i) => [i % 6 ? 1 : 9, 1], 1.5, 2);
  expect(share(made.slice(0, 200))).toBe(0);
  expect(share(made)).toSatisfy((alone: number) => alone > 0.01 && alone < 0.2);
});
test('where one thread takes seconds for a step it is seldom tried', () => {
  const crowd = new Crowd();
  const spent = { together: 0, alone: 0 };
  while (spent.together < 300_000) {
    const elapsed = crowd.alone ? 2000 : 300;
    spent[crowd.alone ? 'alone' : 'together'] += elapsed;
    crowd.learn(elapsed, 1, 40);
  }
  expect(spent.alone).toBeGreaterThan(0);
  expect(spent.alone).toBeLessThan(0.05 * spent.together);
});
