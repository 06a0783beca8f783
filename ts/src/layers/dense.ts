import type { ActivationLike } from '../activations/index.js';
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { Layer, type LayerDefinition, type LayerOptions } from './layer.js';
import { checkLora, corrected, frozenBy, type LoraOptions, withLora } from './lora.js';
import type { LastAxis } from './shapes.js';
import { type BiasOptions, type KernelOptions, optionsOf, withKernel } from './weight_options.js';

export interface DenseConfig extends LayerOptions, KernelOptions, BiasOptions, LoraOptions {
  /** Width of the output. */
  readonly units: number;
  /** Default 'linear'. */
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** A penalty on the output, divided by the batch size. Default none. */
  readonly activityRegularizer?: RegularizerLike | null;
}

const definition: LayerDefinition<Required<Omit<DenseConfig, keyof LayerOptions>>> = {
  className: 'Dense',
  defaults: withLora(
    withKernel({
      units: undefined as unknown as number,
      activation: 'linear',
      useBias: true,
      activityRegularizer: null,
    }),
  ),
  check(config, name) {
    const { units } = config;
    checkLora(config, name);
    if (!Number.isInteger(units) || units < 1) throw new ConfigError(`${name}: units must be a whole number above 0, received ${units}`, { layer: name, received: units });
  },
  call(scope, x) {
    const { config } = scope;
    const last = x.shape.at(-1);
    if (x.shape.length < 2 || last === undefined) return scope.fail('needs an input of at least two axes, [batch, …, features]', x.shape);
    const options = optionsOf(config, 'kernel');
    const kernel = scope.weight('kernel', [last, config.units], frozenBy(config, options));
    const bias = config.useBias ? scope.weight('bias', [config.units], optionsOf(config, 'bias')) : null;
    const flat = x.shape.length === 2 ? x : ops.reshape(x, { shape: [-1, last] });
    let y = ops.matmul(flat, corrected(scope, 'kernel', kernel, options));
    if (bias) y = ops.add(y, bias);
    y = scope.activate(y, config.activation);
    const out = x.shape.length === 2 ? y : ops.reshape(y, { shape: [...x.shape.slice(0, -1), config.units] });
    scope.penalize(out, config.activityRegularizer);
    return out;
  },
};

/**
 * Fully connected: `activation(x · kernel + bias)` over the last axis. [batch, …, in] → [batch, …, units].
 * Weights: kernel [in, units], bias [units]; with `loraRank` also lora_kernel_a [in, rank], lora_kernel_b [rank, units]. Keras's Dense.
 * @example
 * const model = sequential([layers.dense({ units: 10, activation: 'softmax', inputShape: [784] })]);
 */
export function dense<const U extends number, const I extends readonly (number | null)[] | undefined = undefined>(config: DenseConfig & { readonly units: U; readonly inputShape?: I }) {
  return new Layer<LastAxis<U, 'dense'>, I, Required<Omit<DenseConfig, keyof LayerOptions>>>(definition, config as never);
}
