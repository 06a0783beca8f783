import type { ActivationLike } from '../activations/index.js';
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { factory, REQUIRED, type Resolved } from './factory.js';
import type { LayerDefinition, LayerOptions } from './layer.js';
import type { Unknown } from './shapes.js';
import { type BiasOptions, type KernelOptions, optionsOf, withKernel } from './weight_options.js';

export interface EinsumDenseConfig extends LayerOptions, KernelOptions, BiasOptions {
  /** Which axes are multiplied, in Einstein's notation: 'input,kernel->output', with '...' for axes of the input that stay. */
  readonly equation: string;
  /** Shape of one row of the output; null where it follows from the input. */
  readonly outputShape: number | readonly (number | null)[];
  /** Letters of the output that have a bias. Default none. */
  readonly biasAxes?: string | null;
  /** Default 'linear'. */
  readonly activation?: ActivationLike;
  /** Default none. */
  readonly activityRegularizer?: RegularizerLike | null;
}

interface Equation {
  readonly input: readonly string[];
  readonly kernel: readonly string[];
  readonly output: readonly string[];
}

/** The letters of each part; '...' becomes digits, one for each axis that it stands for. */
function parse(equation: string, rank: number | null, name: string): Equation {
  const [, input, kernel, output] = /^([a-zA-Z.]+),([a-zA-Z]+)->([a-zA-Z.]*)$/.exec(equation.replaceAll(' ', '')) ?? [];
  if (input === undefined || kernel === undefined || output === undefined) throw new ConfigError(`${name}: '${equation}' is no equation such as 'abc,cd->abd'`, { layer: name, received: equation });
  const named = input.replace('...', '').length;
  const digits = rank === null ? '' : '0123456789'.slice(0, rank - named);
  const letters = (part: string) => [...part.replace('...', digits)];
  return { input: letters(input), kernel: letters(kernel), output: letters(output) };
}

/** x · w by an equation: axes that both have and the output lacks are summed over. */
function einsum(x: Tensor, w: Tensor, { input, kernel, output }: Equation): Tensor {
  const sizes = new Map([...input.map((l, i): [string, number] => [l, x.shape[i] as number]), ...kernel.map((l, i): [string, number] => [l, w.shape[i] as number])]);
  const size = (letters: readonly string[]) => letters.reduce((n, l) => n * (sizes.get(l) as number), 1);
  const summed = input.filter((l) => kernel.includes(l) && !output.includes(l));
  const shared = input.filter((l) => kernel.includes(l) && output.includes(l));
  const left = input.filter((l) => !kernel.includes(l));
  const right = kernel.filter((l) => !input.includes(l));
  const order = (from: readonly string[], to: readonly string[]) => to.map((l) => from.indexOf(l));
  const a = ops.reshape(ops.transpose(x, { perm: order(input, [...shared, ...left, ...summed]) }), { shape: [size(shared), size(left), size(summed)] });
  const b = ops.reshape(ops.transpose(w, { perm: order(kernel, [...shared, ...summed, ...right]) }), { shape: [size(shared), size(summed), size(right)] });
  const made = [...shared, ...left, ...right];
  const product = ops.reshape(ops.matmul(a, b), { shape: made.map((l) => sizes.get(l) as number) });
  return ops.transpose(product, { perm: order(made, output) });
}

const definition: LayerDefinition<Resolved<EinsumDenseConfig>> = {
  className: 'EinsumDense',
  defaults: withKernel({
    equation: REQUIRED,
    outputShape: REQUIRED,
    biasAxes: null,
    activation: 'linear',
    activityRegularizer: null,
  }),
  check: ({ equation }, name) => void parse(equation, null, name),
  call(scope, x) {
    const c = scope.config;
    const equation = parse(c.equation, x.shape.length, scope.path);
    const target = typeof c.outputShape === 'number' ? [c.outputShape] : c.outputShape;
    const sizes = new Map(equation.input.map((l, i): [string, number] => [l, x.shape[i] as number]));
    // The stated shape leaves out the batch and, with '...', the axes that it stands for.
    const rows = equation.output.filter((l) => l !== equation.input[0]);
    const stated = rows.filter((l) => !/\d/.test(l));
    const own = stated.length === target.length ? stated : rows;
    own.forEach((l, i) => {
      const d = target[target.length - own.length + i];
      if (d != null && !sizes.has(l)) sizes.set(l, d);
    });
    const shape = equation.kernel.map((l) => sizes.get(l) ?? scope.fail(`the size of '${l}' in '${c.equation}' follows from neither input nor outputShape`, x.shape));
    const kernel = scope.weight('kernel', shape, optionsOf(c, 'kernel'));
    let y = einsum(x, kernel, equation);
    if (c.biasAxes) {
      const kept = equation.output.map((l, i) => (c.biasAxes?.includes(l) ? (y.shape[i] as number) : 1));
      const first = kept.findIndex((_, i) => c.biasAxes?.includes(equation.output[i] as string));
      y = ops.add(y, scope.weight('bias', kept.slice(first), optionsOf(c, 'bias')));
    }
    const out = scope.activate(y, c.activation);
    scope.penalize(out, c.activityRegularizer);
    return out;
  },
};

/**
 * A dense layer over any axes. Weights: kernel by the equation, bias over `biasAxes`. Keras's EinsumDense.
 * @example
 * sequential([layers.einsumDense({ equation: 'abc,cd->abd', outputShape: [null, 64], biasAxes: 'd', inputShape: [10, 32] })]);
 */
export const einsumDense = factory<EinsumDenseConfig, Unknown>(definition);
