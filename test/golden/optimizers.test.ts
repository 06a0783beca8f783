import { defineLayer, ops, type Optimizer, optimizers, sequential } from 'myelin';
import { describe, expect, it, test } from 'vitest';
import { camel, type Encoded, expectClose, golden, numbers } from './golden.js';

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Weights of given shapes whose gradients are the inputs: the output is their inner products with one row of data. */
const linear = defineLayer<{ shapes: readonly (readonly number[])[] }>({
  className: 'Linear',
  defaults: { shapes: [] },
  call(scope, x) {
    let at = 0;
    const parts = scope.config.shapes.map((shape, i) => {
      const weight = scope.weight(`weight_${i}`, shape, { initializer: 'zeros' });
      const own = ops.slice(x, { begin: [0, at], size: [x.shape[0] as number, size(shape)], stride: [1, 1] });
      at += size(shape);
      return ops.mul(own, ops.reshape(weight, { shape: [1, size(shape)] }));
    });
    return ops.concat(parts, { axis: -1 });
  },
});

/** Weights after each step with the gradients given. */
async function trajectory(optimizer: Optimizer, initial: readonly Encoded[], steps: readonly (readonly Float64Array[])[]): Promise<Float32Array[][]> {
  const shapes = initial.map((w) => w.shape);
  const model = sequential([linear({ shapes, inputShape: [shapes.reduce((n, s) => n + size(s), 0)] })]).compile({
    optimizer,
    loss: (_, prediction) => ops.sum(prediction, { axes: [-1] }),
  });
  await model.setWeights(initial.map((w) => ({ data: Float32Array.from(numbers(w)), shape: w.shape })));
  const after: Float32Array[][] = [];
  for (const gradients of steps) {
    await model.trainOnBatch([gradients.flatMap((g) => [...g])], [gradients.flatMap((g) => [...g].fill(0))]);
    after.push((await model.getWeights()).map((w) => w.data));
  }
  await model.dispose();
  return after;
}

interface Case {
  readonly test: string;
  readonly optimizer: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly initial: readonly Encoded[];
  readonly steps: readonly { readonly grads: readonly Encoded[]; readonly after: readonly Encoded[] }[];
  readonly note?: string;
}
const NAMES: Readonly<Record<string, string>> = { SGD: 'sgd', RMSprop: 'rmsprop', AdamW: 'adamW' };
const factoryName = (name: string) => NAMES[name] ?? name.charAt(0).toLowerCase() + name.slice(1);
const registry = optimizers as unknown as Readonly<Record<string, (options: object) => Optimizer>>;
/** Options that every optimizer of Keras has and that do nothing at these values. */
const IDLE: Readonly<Record<string, unknown>> = { name: undefined, use_ema: false };

function optionsOf({ config, note }: Case): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key, value]) => value !== null && !(key in IDLE && (IDLE[key] === undefined || IDLE[key] === value)))
      .map(([key, value]) => [camel(key), value])
      // Those cases exclude their second weight, by its name or itself.
      .concat(note ? [['excludeFromWeightDecay', ['weight_1']]] : []),
  );
}
/** Why a case can't be asked in this way, or null. */
function left(c: Case): string | null {
  const name = factoryName(c.optimizer);
  if (!Object.hasOwn(registry, name)) return `no ${name}`;
  const make = registry[name] as (options: object) => Optimizer;
  try {
    make(optionsOf(c));
    return null;
  } catch (error) {
    return /'(\w+)'/.exec((error as Error).message)?.[1] ?? String(error);
  }
}

const cases = golden<Case>('keras_optimizers.json');
const usable = cases.filter((c) => left(c) === null);

test('every optimizer of the library is among the recorded ones', () => {
  const reasons = new Map<string, number>();
  for (const c of cases) if (left(c)) reasons.set(left(c) as string, (reasons.get(left(c) as string) ?? 0) + 1);
  console.log(`optimizers: ${usable.length} of ${cases.length} recorded sequences; left: ${[...reasons].map(([why, n]) => `${why} (${n})`).join(', ')}`);
  const recorded = new Set(usable.map((c) => factoryName(c.optimizer)));
  expect(Object.keys(optimizers).filter((name) => !recorded.has(name))).toEqual([]);
  expect(usable.length).toBeGreaterThanOrEqual(80);
});

describe('recorded by Keras', () => {
  it.each(usable.map((c, i) => [`${c.optimizer} ${i} ${c.test.split('::').at(-1)}`, c] as const))('%s', async (_, c) => {
    const optimizer = (registry[factoryName(c.optimizer)] as (options: object) => Optimizer)(optionsOf(c));
    // Recorded gradients are those of the scaled loss.
    const unscaled = (g: Float64Array) => g.map((v) => v / optimizer.lossScale);
    const after = await trajectory(
      optimizer,
      c.initial,
      c.steps.map((s) => s.grads.map((g) => unscaled(numbers(g)))),
    );
    // Keras rounds 1 − 0.999 to float32 first; where a step of 1 leaves almost nothing of a weight of 1, that shows.
    c.steps.forEach((step, i) => {
      step.after.forEach((w, j) => {
        const scale = Math.max(...numbers(c.initial[j] as Encoded).map(Math.abs));
        expectClose(after[i]?.[j] as Float32Array, numbers(w), { rtol: 1e-5, atol: 1e-5 * scale, what: `step ${i + 1}` });
      });
    });
  });
});

/** Keras's formulas in double precision for one number; `t` counts from 1. */
type Rule = (w: number, g: number, t: number, s: number[]) => number;
const momentum =
  (lr: number, mu: number, nesterov: boolean): Rule =>
  (w, g, _, s) => {
    s[0] = mu * (s[0] ?? 0) - lr * g;
    return nesterov ? w + mu * (s[0] as number) - lr * g : w + (s[0] as number);
  };
const rms =
  (lr: number, rho: number, mu: number, epsilon: number, centered: boolean): Rule =>
  (w, g, _, s) => {
    s[0] = rho * (s[0] ?? 0) + (1 - rho) * g * g;
    s[1] = rho * (s[1] ?? 0) + (1 - rho) * g;
    const step = (lr * g) / Math.sqrt((s[0] as number) - (centered ? (s[1] as number) ** 2 : 0) + epsilon);
    s[2] = mu * (s[2] ?? 0) + step;
    return w - (mu > 0 ? (s[2] as number) : step);
  };
const adam =
  (lr: number, b1: number, b2: number, epsilon: number, amsgrad: boolean, decay = 0): Rule =>
  (before, g, t, s) => {
    const w = before - before * decay * lr;
    s[0] = b1 * (s[0] ?? 0) + (1 - b1) * g;
    s[1] = b2 * (s[1] ?? 0) + (1 - b2) * g * g;
    s[2] = Math.max(s[2] ?? 0, s[1] as number);
    const alpha = (lr * Math.sqrt(1 - b2 ** t)) / (1 - b1 ** t);
    return w - (alpha * (s[0] as number)) / (Math.sqrt(amsgrad ? (s[2] as number) : (s[1] as number)) + epsilon);
  };

/** What becomes of all gradients before the rule sees them. */
type Clip = (gradients: readonly Float64Array[]) => readonly Float64Array[];
const norm = (values: Iterable<number>) => Math.sqrt([...values].reduce((sum, v) => sum + v * v, 0));
const none: Clip = (g) => g;
const byNorm =
  (limit: number): Clip =>
  (gradients) =>
    gradients.map((g) => g.map((v) => v * Math.min(1, limit / norm(g))));
const byGlobalNorm =
  (limit: number): Clip =>
  (gradients) =>
    gradients.map((g) => g.map((v) => v * Math.min(1, limit / norm(gradients.flatMap((h) => [...h])))));
const byValue =
  (limit: number): Clip =>
  (gradients) =>
    gradients.map((g) => g.map((v) => Math.min(Math.max(v, -limit), limit)));

const sgd = momentum(0.1, 0, false);
const TABLE: readonly (readonly [name: string, optimizer: Optimizer, rule: Rule, clip: Clip])[] = [
  ['sgd', optimizers.sgd({ learningRate: 0.1 }), sgd, none],
  ['sgd, momentum', optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }), momentum(0.1, 0.9, false), none],
  ['sgd, Nesterov', optimizers.sgd({ learningRate: 0.1, momentum: 0.8, nesterov: true }), momentum(0.1, 0.8, true), none],
  ['sgd, weight decay', optimizers.sgd({ learningRate: 0.1, weightDecay: 0.3 }), (w, g, t, s) => sgd(w - w * 0.3 * 0.1, g, t, s), none],
  ['rmsprop', optimizers.rmsprop({ learningRate: 0.02 }), rms(0.02, 0.9, 0, 1e-7, false), none],
  ['rmsprop, momentum', optimizers.rmsprop({ learningRate: 0.02, momentum: 0.7, rho: 0.8 }), rms(0.02, 0.8, 0.7, 1e-7, false), none],
  ['rmsprop, centered', optimizers.rmsprop({ learningRate: 0.02, centered: true, momentum: 0.5, epsilon: 1e-3 }), rms(0.02, 0.9, 0.5, 1e-3, true), none],
  ['adam', optimizers.adam({ learningRate: 0.05 }), adam(0.05, 0.9, 0.999, 1e-7, false), none],
  ['adam, all options', optimizers.adam({ learningRate: 0.05, beta1: 0.7, beta2: 0.8, epsilon: 0.01, amsgrad: true, weightDecay: 0.1 }), adam(0.05, 0.7, 0.8, 0.01, true, 0.1), none],
  ['adamW', optimizers.adamW({ learningRate: 0.05 }), adam(0.05, 0.9, 0.999, 1e-7, false, 0.004), none],
  ['sgd, clipnorm', optimizers.sgd({ learningRate: 0.1, clipnorm: 1.5 }), sgd, byNorm(1.5)],
  ['adam, clipnorm', optimizers.adam({ learningRate: 0.05, clipnorm: 1.5 }), adam(0.05, 0.9, 0.999, 1e-7, false), byNorm(1.5)],
  ['sgd, globalClipnorm', optimizers.sgd({ learningRate: 0.1, globalClipnorm: 2 }), sgd, byGlobalNorm(2)],
  ['rmsprop, globalClipnorm', optimizers.rmsprop({ learningRate: 0.02, globalClipnorm: 2 }), rms(0.02, 0.9, 0, 1e-7, false), byGlobalNorm(2)],
  ['sgd, clipvalue', optimizers.sgd({ learningRate: 0.1, clipvalue: 0.4 }), sgd, byValue(0.4)],
  ['adamW, clipvalue', optimizers.adamW({ learningRate: 0.05, clipvalue: 0.4 }), adam(0.05, 0.9, 0.999, 1e-7, false, 0.004), byValue(0.4)],
];

describe('five steps by the formulas', () => {
  const shapes = [[2, 3], [4]];
  const initial: Encoded[] = shapes.map((shape, i) => ({ shape, dtype: 'float32', data: Array.from({ length: size(shape) }, (_, j) => Math.fround(2 * Math.cos(j + 3 * i))) }));
  const steps = Array.from({ length: 5 }, (_, t) => shapes.map((shape, i) => Float64Array.from({ length: size(shape) }, (_, j) => Math.fround((1 + t / 2) * Math.sin(1 + 7 * t + 3 * i + j)))));

  it.each(TABLE)('%s', async (_, optimizer, rule, clip) => {
    const after = await trajectory(optimizer, initial, steps);
    const weights = initial.map(numbers);
    const states = weights.map((w) => [...w].map((): number[] => []));
    steps.forEach((gradients, t) => {
      clip(gradients).forEach((g, i) => {
        g.forEach((v, j) => {
          (weights[i] as Float64Array)[j] = rule(weights[i]?.[j] as number, v, t + 1, states[i]?.[j] as number[]);
        });
      });
      weights.forEach((w, i) => expectClose(after[t]?.[i] as Float32Array, w, { rtol: 1e-5, atol: 1e-6, what: `weight ${i} after step ${t + 1}` }));
    });
  });
});
