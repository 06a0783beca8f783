// Square products in the three forms that training needs, as a chain Y := Y·B of several, so that the call counts little.
import { floats } from '../data.mjs';

const FORMS = { A·B: [false, false], Aᵀ·B: [true, false], A·Bᵀ: [false, true] };
const SIZES = [32, 64, 128, 256, 512, 1024];

/** Small products are over sooner than a call, or than the message that brings one to a worker. */
const REPEAT = { 32: 64, 64: 128, 128: 32, 256: 8, 512: 4, 1024: 2 };

function product(form, n) {
  const [transposeA, transposeB] = FORMS[form];
  const flops = REPEAT[n] * 2 * n ** 3;
  return {
    name: `${form}, n = ${n}`,
    kind: 'gemm',
    // Entries of B with variance 1 / n: the chain neither grows nor vanishes.
    spec: () => ({ n, transposeA, transposeB, repeat: REPEAT[n], a: floats(n * n, 1, 1), b: floats(n * n, Math.sqrt(3 / n), 2) }),
    unit: 'GFLOP/s',
    figure: (ms) => flops / ms / 1e6,
    flops,
    skip: n > 256 ? ['tfjs-cpu'] : [],
  };
}

/** One row times a matrix that is larger than the caches: reading it is what counts. */
const matrixVector = (n) => ({
  name: `row · matrix, n = ${n}`,
  kind: 'predict',
  spec: () => ({ sizes: [n, n], activations: ['linear'], rows: 1, x: floats(n) }),
  unit: '× copying',
  copied: n * n,
  figure: (ms, { copying }) => ms / ((8 * n * n) / copying),
});

export const suite = { name: 'gemm', cases: [...Object.keys(FORMS).flatMap((form) => SIZES.map((n) => product(form, n))), matrixVector(4096)] };
