// What compile() was told, resolved; and the programs that follow from it.
import { ConfigError, DataError, ShapeError, show } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import { type Metric as Pair, Program } from '../core/program.js';
import type { DType, Shape, Tensor } from '../core/tensor.js';
import { all, float, int, number, perPlace, scale, size } from '../core/values.js';
import { Trace } from '../layers/layer.js';
import type { Weight } from '../layers/weight.js';
import type { Loss } from '../losses/index.js';
import { lossMetric, type Metric } from '../metrics/index.js';
import type { Optimizer } from '../optimizers/index.js';
import type { Graph } from './graph.js';

/** A loss and metrics for one output. */
export interface Head {
  readonly output: string;
  readonly loss: Loss | null;
  readonly lossWeight: number;
  readonly metrics: readonly Metric[];
  readonly weightedMetrics: readonly Metric[];
}

export interface Compiled {
  readonly optimizer: Optimizer;
  readonly heads: readonly Head[];
  /** Keys of the results in the order of the program's pairs. */
  readonly names: readonly string[];
  readonly all: readonly Metric[];
  /** Whether activations are computed again in the backward pass. */
  readonly recompute: boolean;
}

/** `gradients` are those of the loss in training, `upstream` those of outputs times what is fed. */
export type Mode = 'train' | 'evaluate' | 'predict' | 'gradients' | 'upstream' | 'upstreamInTraining';
const IN_TRAINING: ReadonlySet<Mode> = new Set<Mode>(['train', 'gradients', 'upstreamInTraining']);

/** What decides a program beside the model. */
export interface Want {
  readonly mode: Mode;
  /** Sizes of the inputs for one batch. */
  readonly shapes: readonly (readonly number[])[];
  readonly dtypes: readonly DType[];
  /** Sizes of what is fed beside the inputs: labels of each head, or what outputs are multiplied by. */
  readonly labels: readonly (readonly number[])[];
  /** Element types in which labels are kept. */
  readonly labelTypes: readonly DType[];
  /** Weights per row: none, one, or one for each place. */
  readonly weights: number;
}

const alike = (a: unknown, b: unknown): boolean => a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((value, i) => alike(value, b[i])));

/** Whether one program does for both. */
export const sameWant = (a: Want, b: Want): boolean =>
  a.mode === b.mode && a.weights === b.weights && alike(a.shapes, b.shapes) && alike(a.dtypes, b.dtypes) && alike(a.labels, b.labels) && alike(a.labelTypes, b.labelTypes);

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);
export const outputKey = (output: string, name: string): string => output + capital(name);

/** Names of all results: the loss, the loss of each output, the metrics. */
export function resultNames(heads: readonly Head[]): string[] {
  const several = heads.length > 1;
  const names = ['loss'];
  if (several) for (const { output, loss } of heads) if (loss) names.push(outputKey(output, 'loss'));
  for (const { output, metrics, weightedMetrics } of heads) {
    for (const { name } of [...metrics, ...weightedMetrics]) names.push(several ? outputKey(output, name) : name);
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new ConfigError(`compile: two results would be called '${twice}'; give one of the metrics another name`);
  return names;
}

/** How labels must look for an output: the batch's shape, and their type. */
export function labelShape(head: Head, output: Shape): { shape: Shape; dtype: DType } {
  const { loss } = head;
  if (!loss) return { shape: output, dtype: 'float32' };
  if (loss.labels === 'values') return { shape: output, dtype: 'float32' };
  return { shape: loss.labels === 'sequences' ? [output[0] ?? null, null] : output.slice(0, -1), dtype: 'int32' };
}

/** 1 for the places that count: those that the output's mask keeps, and for which the loss does. */
function counted(losses: Tensor, loss: Loss, mask: Tensor | undefined): Tensor | undefined {
  const own = loss.counted?.(losses);
  const fits = mask && mask.shape.length <= losses.shape.length && mask.shape.every((d, i) => d === losses.shape[i]);
  const kept = fits ? perPlace(mask, losses) : undefined;
  return own && kept ? ops.mul(own, kept) : (own ?? kept);
}

/** A sum that divides: 1 where it is 0, because all is 0 then. */
const divisor = (sum: Tensor): Tensor => ops.add(sum, ops.equal(sum, number(sum, 0)));

/** Losses of the places of a batch as one number. */
function reduced(losses: Tensor, loss: Loss, weights: Tensor | undefined, mask: Tensor | undefined): Tensor {
  const counts = counted(losses, loss, mask);
  const given = weights && perPlace(weights, losses);
  const factors = counts && given ? ops.mul(counts, given) : (counts ?? given);
  const weighted = factors ? ops.mul(losses, factors) : losses;
  const total = ops.sum(weighted, all(weighted));
  if (loss.reduction === 'sum') return total;
  const over = (x: Tensor) => scale(ops.sum(x, all(x)), size(weighted.shape) / size(x.shape));
  if (loss.reduction === 'meanWithSampleWeight' && given) return ops.div(total, divisor(over(factors as Tensor)));
  return counts ? ops.div(total, divisor(over(counts))) : scale(total, 1 / size(weighted.shape));
}

/** A label as a metric wants it. */
function fitted(metric: Metric, truth: Tensor, prediction: Tensor): Tensor {
  if (metric.labels === 'classes') return truth.dtype === 'int32' ? truth : int(truth.shape.length === prediction.shape.length ? ops.argmax(truth) : truth);
  if (metric.labels === 'values' && truth.shape.length < prediction.shape.length) return ops.oneHot(int(truth), { depth: prediction.shape.at(-1) as number });
  return metric.labels === 'values' ? float(truth) : truth;
}

/** A trace for one mode and batch, before any layer is called, and the inputs of its program. */
export function traced(want: Want, indices: ReadonlyMap<Weight, number>) {
  const program = new Program();
  const indexOf = (weight: Weight): number => {
    const index = indices.get(weight);
    if (index === undefined) throw new ConfigError(`the weight '${weight.name}' appeared only after the model was built; a layer's call must declare the same weights every time`);
    return index;
  };
  const trace = new Trace(program, IN_TRAINING.has(want.mode), { indexOf });
  const inputs = want.shapes.map((shape, i) => program.input(shape, want.dtypes[i] ?? 'float32'));
  const labels = want.mode === 'predict' ? [] : want.labels.map((shape, i) => program.input(shape, want.labelTypes[i] as DType));
  const batch = want.shapes[0]?.[0] ?? 1;
  const weights = want.weights > 0 ? program.input(want.weights > 1 ? [batch, want.weights] : [batch], 'float32') : undefined;
  return { program, trace, inputs, labels, weights, batch };
}

/** Traces the model for one mode and batch into the bytes of a program. */
export function writeProgram(graph: Graph, compiled: Compiled | undefined, want: Want, indices: ReadonlyMap<Weight, number>): Uint8Array {
  const { program, trace, inputs, labels, weights, batch } = traced(want, indices);
  if (graph.batch !== null && batch !== graph.batch) throw new DataError(`the model's inputs fix batches of ${graph.batch} rows, received ${batch} rows`, { expected: graph.batch, received: batch });
  const outputs = graph.trace(trace, inputs);
  if (want.mode === 'predict' || !compiled) return program.bytes({ updates: true, outputs: outputs.map(float) });

  const { total, pairs } = losses(compiled.heads, program, trace, outputs, labels, weights, batch);
  const train = want.mode === 'train';
  return program.bytes({ train, updates: true, recompute: compiled.recompute, outputs: [], loss: train ? scale(total, compiled.optimizer.lossScale) : total, metrics: pairs });
}

export function losses(
  heads: readonly Head[],
  program: Program,
  trace: Trace,
  outputs: readonly Tensor[],
  labels: readonly Tensor[],
  weights: Tensor | undefined,
  batch: number,
): { total: Tensor; pairs: Pair[] } {
  const pair = (name: string, value: Tensor): Pair => ({ name, numerator: scale(value, batch), denominator: number(value, batch) });
  const own: Pair[] = [];
  const measured: Pair[] = [];
  let total: Tensor | undefined;
  heads.forEach((head, i) => {
    const prediction = float(outputs[i] as Tensor);
    const truth = labels[i] as Tensor;
    if (head.loss) {
      const value = within(program, `loss ${head.loss.name}`, () => reduced(checked(head.loss as Loss, truth, prediction, program), head.loss as Loss, weights, trace.masks.get(outputs[i] as Tensor)));
      if (heads.length > 1) own.push(pair(outputKey(head.output, 'loss'), value));
      const part = scale(value, head.lossWeight);
      total = total ? ops.add(total, part) : part;
    }
    const measure = (metric: Metric, by?: Tensor) =>
      within(program, `metric ${metric.name}`, () => measured.push({ name: metric.name, ...metric.call(fitted(metric, truth, prediction), prediction, program, by) }));
    for (const metric of head.metrics) measure(metric);
    for (const metric of head.weightedMetrics) measure(metric, weights);
  });
  for (const penalty of trace.penalties) total = total ? ops.add(total, penalty) : penalty;
  if (!total) throw new ConfigError('compile: no output has a loss');
  return { total, pairs: [pair('loss', total), ...own, ...measured] };
}

function within<T>(program: Program, origin: string, body: () => T): T {
  program.origin = origin;
  const result = body();
  program.origin = '';
  return result;
}

function checked(loss: Loss, truth: Tensor, prediction: Tensor, program: Program): Tensor {
  const losses = loss.call(truth, prediction, program);
  if (losses.shape.length > 0 && losses.shape[0] !== prediction.shape[0])
    throw new ShapeError(`loss ${loss.name}: must answer a value per row, [batch] or [batch, …], or one for the batch, received ${show(losses.shape)}`, { received: losses.shape });
  return losses;
}

export { lossMetric };
