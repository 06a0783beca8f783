// Gradients of the loss, or of the outputs, with respect to inputs and weights.
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { Program } from '../core/program.js';
import type { Tensor } from '../core/tensor.js';
import { all, float, size } from '../core/values.js';
import type { NDArray } from '../data/ndarray.js';
import { intake } from '../data/intake.js';
import { Trace } from '../layers/layer.js';
import { losses } from './compile.js';
import type { Core, Given } from './core.js';

/** What `gradients` answers; weights in the order of those that are trained. */
export interface Gradients {
  readonly outputs: readonly NDArray<Float32Array>[];
  readonly inputs: readonly NDArray<Float32Array>[];
  readonly weights: readonly NDArray<Float32Array>[];
}

/** Gradients of the outputs, weighted. */
export interface UpstreamOptions {
  /** A weight for each number of the outputs. */
  readonly upstream: Given;
  /** Whether layers behave as in training. Default false. */
  readonly training?: boolean;
}

const words = ({ data }: NDArray, dtype: string): Float32Array | Int32Array => (dtype === 'int32' ? Int32Array.from(data) : Float32Array.from(data));

function isUpstream(given: Given | UpstreamOptions): given is UpstreamOptions {
  return typeof given === 'object' && given !== null && 'upstream' in given;
}

/** Traces, differentiates and runs once. */
export async function gradients(core: Core, x: Given, second: Given | UpstreamOptions): Promise<Gradients> {
  const session = await core.session();
  const inputs = core.inputs(x);
  const program = new Program();
  const indexOf = (weight: Parameters<typeof session.indices.get>[0]) => session.indices.get(weight) as number;
  const training = isUpstream(second) ? (second.training ?? false) : true;
  const trace = new Trace(program, training, { indexOf });
  const types = core.graph.feeds.map(({ symbolic }) => (symbolic.dtype === 'int32' ? ('int32' as const) : ('float32' as const)));
  const values = inputs.map((a, i) => program.input(a.shape, types[i] as 'float32'));
  const feeds = inputs.map((a, i) => words(a, types[i] as string));
  const outputs = core.graph.trace(trace, values).map(float);
  const loss = isUpstream(second) ? weighted(program, outputs, second, feeds) : total(core, program, trace, outputs, second, inputs, feeds);
  const id = await session.add(program.bytes({ outputs, loss, gradients: true }));
  try {
    const results = await session.client.call('predict', session.id, id, feeds);
    return arranged(core, results, outputs, inputs, feeds.length);
  } finally {
    await session.client.call('program_free', session.id, id);
  }
}

/** Σ upstream · output. */
function weighted(program: Program, outputs: readonly Tensor[], { upstream }: UpstreamOptions, feeds: (Float32Array | Int32Array)[]): Tensor {
  const given = outputs.length === 1 ? [upstream] : (upstream as readonly Given[]);
  if (!Array.isArray(given) || given.length !== outputs.length) throw new ConfigError(`gradients: upstream needs ${outputs.length} arrays, one per output`);
  const parts = outputs.map((output, i) => {
    const array = intake(given[i] as Parameters<typeof intake>[0], { what: `upstream of output ${i}`, shape: output.shape, dtype: 'float32' });
    feeds.push(words(array, 'float32'));
    const product = ops.mul(output, program.input(output.shape, 'float32'));
    return ops.sum(product, all(product));
  });
  return parts.reduce((a, b) => ops.add(a, b));
}

/** The loss of the compiled model. */
function total(core: Core, program: Program, trace: Trace, outputs: readonly Tensor[], y: Given, inputs: readonly NDArray[], feeds: (Float32Array | Int32Array)[]): Tensor {
  const { heads } = core.needCompiled('gradients');
  const batch = inputs[0]?.shape[0] as number;
  const labels = core.labels(y, batch).map((array, i) => {
    const dtype = (heads[i]?.loss?.labels ?? 'values') === 'values' ? ('float32' as const) : ('int32' as const);
    feeds.push(words(array, dtype));
    return program.input(array.shape, dtype);
  });
  return losses(heads, program, trace, outputs, labels, undefined, batch).total;
}

/** Cuts the results into outputs, gradients of inputs (those of labels are dropped), gradients of weights. */
function arranged(core: Core, results: readonly Float32Array[], outputs: readonly Tensor[], inputs: readonly NDArray[], fed: number): Gradients {
  const array = (data: Float32Array | undefined, shape: readonly number[]): NDArray<Float32Array> => ({ data: data ?? new Float32Array(size(shape)), shape });
  const weights = core.graph.variables.filter(({ weight }) => weight.trainable);
  const first = outputs.length;
  return {
    outputs: outputs.map((o, i) => array(results[i], o.shape)),
    inputs: inputs.map((a, i) => array(results[first + i], a.shape)),
    weights: weights.map(({ weight }, i) => array(results[first + fed + i], weight.shape)),
  };
}
