// Square products in the three forms that training needs.
import { floats } from '../data.mjs';

const FORMS = { 'A·B': [false, false], 'Aᵀ·B': [true, false], 'A·Bᵀ': [false, true] };
const SIZES = [32, 64, 128, 256, 512, 1024];

const product = (form, n) => ({
  name: `${form}, n = ${n}`,
  kind: 'gemm',
  spec: () => ({ n, transposeA: FORMS[form][0], transposeB: FORMS[form][1], a: floats(n * n, 1, 1), b: floats(n * n, 1, 2) }),
  unit: 'GFLOP/s',
  figure: (ms) => (2 * n ** 3) / ms / 1e6,
  flops: 2 * n ** 3,
  skip: n > 256 ? ['tfjs-cpu'] : [],
});

export const suite = { name: 'gemm', cases: Object.keys(FORMS).flatMap((form) => SIZES.map((n) => product(form, n))) };
