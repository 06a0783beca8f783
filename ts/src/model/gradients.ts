// Gradients of the loss, or of the outputs, with respect to inputs and weights.
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { DType, Tensor } from '../core/tensor.js';
import { all, float, size } from '../core/values.js';
import { intake } from '../data/intake.js';
import type { NDArray } from '../data/ndarray.js';
import type { Weight } from '../layers/weight.js';
import { type Compiled, losses, traced, type Want } from './compile.js';
import type { Core, Given } from './core.js';
import type { Graph } from './graph.js';
import { inputTypes, padded, resultShapes } from './predict.js';

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

function isUpstream(given: Given | UpstreamOptions): given is UpstreamOptions {
  return typeof given === 'object' && given !== null && 'upstream' in given;
}

/** Runs a plan that differentiates; it is kept for the next rows of these sizes. */
export async function gradients(core: Core, x: Given, second: Given | UpstreamOptions): Promise<Gradients> {
  const session = await core.session();
  const inputs = core.inputs(x);
  const rows = inputs[0]?.shape[0] as number;
  const shapes = resultShapes(core, inputs, rows);
  const types = inputTypes(core);
  const [mode, others, otherTypes] = isUpstream(second) ? upstreams(shapes, second) : labelled(core, rows, second);
  const sizes = (arrays: readonly NDArray[]) => arrays.map(({ shape }) => shape);
  const want: Want = { mode, shapes: sizes(inputs), dtypes: types, labels: sizes(others), labelTypes: otherTypes, weights: 0 };
  const plan = await session.plan(want, core.compiled, write);
  const feeds = [...inputs, ...others].map((array, i) => padded(array, rows, [...types, ...otherTypes][i]));
  return arranged(core, await session.predict(plan, feeds), shapes, inputs, feeds.length);
}

/** What is fed beside the inputs: how to differentiate by it, its arrays and their types. */
type Beside = [mode: Want['mode'], arrays: readonly NDArray[], types: readonly DType[]];

/** A weight for each number of the outputs. */
function upstreams(shapes: readonly (readonly number[])[], { upstream, training }: UpstreamOptions): Beside {
  const given = shapes.length === 1 ? [upstream] : (upstream as readonly Given[]);
  if (!Array.isArray(given) || given.length !== shapes.length) throw new ConfigError(`gradients: upstream needs ${shapes.length} arrays, one per output`);
  const arrays = shapes.map((shape, i) => intake(given[i] as Parameters<typeof intake>[0], { what: `upstream of output ${i}`, shape, dtype: 'float32' }));
  return [training ? 'upstreamInTraining' : 'upstream', arrays, shapes.map(() => 'float32')];
}

/** Labels for the loss of the compiled model. */
function labelled(core: Core, rows: number, y: Given): Beside {
  const { heads } = core.needCompiled('gradients');
  const labels = core.labels(y, rows);
  return ['gradients', labels, labels.map((_, i) => ((heads[i]?.loss?.labels ?? 'values') === 'values' ? 'float32' : 'int32'))];
}

/** Traces what is to be differentiated. */
function write(graph: Graph, compiled: Compiled | undefined, want: Want, indices: ReadonlyMap<Weight, number>): Uint8Array {
  const { program, trace, inputs, labels, batch } = traced(want, indices);
  const outputs = graph.trace(trace, inputs).map(float);
  const loss = want.mode === 'gradients' && compiled ? losses(compiled.heads, program, trace, outputs, labels, undefined, batch).total : weighted(outputs, labels);
  return program.bytes({ outputs, loss, gradients: true });
}

/** Σ upstream · output. */
function weighted(outputs: readonly Tensor[], upstream: readonly Tensor[]): Tensor {
  const sums = outputs.map((output, i) => {
    const product = ops.mul(output, upstream[i] as Tensor);
    return ops.sum(product, all(product));
  });
  return sums.reduce((a, b) => ops.add(a, b));
}

/** Cuts the results into outputs, gradients of inputs (those of labels are dropped), gradients of weights. */
function arranged(core: Core, results: readonly Float32Array[], shapes: readonly (readonly number[])[], inputs: readonly NDArray[], fed: number): Gradients {
  const array = (data: Float32Array | undefined, shape: readonly number[]): NDArray<Float32Array> => ({ data: data ?? new Float32Array(size(shape)), shape });
  const weights = core.graph.variables.filter(({ weight }) => weight.trainable);
  const first = shapes.length;
  return {
    outputs: shapes.map((shape, i) => array(results[i], shape)),
    inputs: inputs.map((a, i) => array(results[first + i], a.shape)),
    weights: weights.map(({ weight }, i) => array(results[first + fed + i], weight.shape)),
  };
}
