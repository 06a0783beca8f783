// What recurrent layers share: cells, and the walk of a cell along a sequence.
import { type ActivationLike, activation } from '../activations/index.js';
import type { ConstraintLike } from '../constraints/index.js';
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';
import { float, number } from '../core/values.js';
import type { InitializerLike } from '../initializers/index.js';
import type { RegularizerLike } from '../regularizers/index.js';
import { checkRate } from './dropout.js';
import { type Dims, REQUIRED } from './factory.js';
import { Layer, type LayerDefinition, type LayerOptions, type Scope } from './layer.js';
import type { Recurrent, ShapeFn, Unknown } from './shapes.js';
import { type BiasOptions, type KernelOptions, optionsOf, withKernel } from './weight_options.js';

/** Options of every cell. */
export interface CellConfig extends LayerOptions, KernelOptions, BiasOptions {
  /** Width of the state. */
  readonly units: number;
  /** Default 'tanh'. */
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default 'orthogonal'. */
  readonly recurrentInitializer?: InitializerLike;
  /** Default none. */
  readonly recurrentRegularizer?: RegularizerLike | null;
  /** What it keeps to after each step. Default none. */
  readonly recurrentConstraint?: ConstraintLike | null;
  /** Share of the inputs that is dropped, the same at all steps. Default 0. */
  readonly dropout?: number;
  /** Share of the state that is dropped, the same at all steps. Default 0. */
  readonly recurrentDropout?: number;
  /** Key of the noise. Default: follows from the layer's path. */
  readonly seed?: number | null;
}

/** Options of every recurrent layer. */
export interface SequenceConfig {
  /** Whether the outputs of all steps are the result, instead of the last. Default false. */
  readonly returnSequences?: boolean;
  /** Whether the last states follow the output. Default false. */
  readonly returnState?: boolean;
  /** Whether the sequence is walked from its end. Default false. */
  readonly goBackwards?: boolean;
  /** Whether steps that the mask leaves out give 0, instead of the output before. Default false. */
  readonly zeroOutputForMask?: boolean;
  /**
   * Whether the last states of a batch are the first of the next, row by row, in training, evaluation and prediction; `resetStates` begins
   * anew. The model's inputs must fix the batch, and `fit` needs `shuffle: false` where rows go on from batch to batch. Default false.
   */
  readonly stateful?: boolean;
  /** Whether steps are operations of their own instead of one walk; the same results, slower. Others than lstm, gru and simpleRNN always do. Default false. */
  readonly unroll?: boolean;
  /** Default none. */
  readonly activityRegularizer?: RegularizerLike | null;
}

export type Cell<C> = Required<Omit<C, keyof LayerOptions>>;
export type CellOptions = Cell<CellConfig>;

/** Defaults with those of a cell; a function, because bundlers keep objects that spread others. */
/* @__NO_SIDE_EFFECTS__ */
export function withCell<O extends object>(own: O): O & CellOptions {
  const recurrent = { recurrentInitializer: 'orthogonal', recurrentRegularizer: null, recurrentConstraint: null } as const;
  return withKernel({ ...own, ...recurrent, units: REQUIRED, activation: 'tanh', useBias: true, dropout: 0, recurrentDropout: 0, seed: null });
}
/** The same for a walk along a sequence. */
/* @__NO_SIDE_EFFECTS__ */
export function withSequence<O extends object>(own: O): O & Required<SequenceConfig> {
  return { ...own, returnSequences: false, returnState: false, goBackwards: false, zeroOutputForMask: false, stateful: false, unroll: false, activityRegularizer: null };
}

/** A cell that the engine walks along whole sequences. */
export interface Whole {
  /** Its code in the operation `sequence`. */
  readonly cell: 0 | 1 | 2;
  readonly recurrent: Tensor;
  /** Bias of the product with the recurrent weights. */
  readonly bias?: Tensor | null;
  readonly activation: ActivationLike;
  readonly gateActivation?: ActivationLike;
}

/** Codes of the activations that the operation `sequence` knows. */
const CODES: Readonly<Record<string, number>> = { tanh: 0, sigmoid: 1, relu: 2, linear: 3, hardSigmoid: 4 };
function code(given: ActivationLike): number | undefined {
  const { name, config } = activation(given);
  return Object.values(config).some(Boolean) ? undefined : CODES[name];
}

/** A kind of cell: its weights, its share of the work for all steps at once, and its step. */
export interface CellKind<C extends CellOptions, W> {
  readonly className: string;
  readonly defaults: C;
  /** Number of states, each as wide as the output. */
  readonly states: number;
  readonly weights: (scope: Scope<C>, features: number) => W;
  /** The engine's cell for whole sequences, where its options allow; otherwise steps are made one by one. */
  readonly whole: (scope: Scope<C>, weights: W) => Whole | null;
  /** What a step needs of the input [rows, features], for many steps at once. */
  readonly project: (scope: Scope<C>, x: Tensor, weights: W) => Tensor;
  /** The states after a step; the first is the output. */
  readonly step: (scope: Scope<C>, projected: Tensor, states: readonly Tensor[], weights: W) => readonly Tensor[];
}

/** Kernel, recurrent kernel and bias of so many gates. */
export function gateWeights<C extends CellOptions>(
  scope: Scope<C>,
  features: number,
  gates: number,
  biasShape: readonly number[],
  biasInitializer: InitializerLike,
): { kernel: Tensor; recurrent: Tensor; bias: Tensor | null } {
  const c = scope.config;
  return {
    kernel: scope.weight('kernel', [features, gates * c.units], optionsOf(c, 'kernel')),
    recurrent: scope.weight('recurrent_kernel', [c.units, gates * c.units], optionsOf(c, 'recurrent')),
    bias: c.useBias ? scope.weight('bias', biasShape, { ...optionsOf(c, 'bias'), initializer: biasInitializer }) : null,
  };
}

/** Part `i` of `n` along the last axis. */
export function gate(x: Tensor, i: number, n: number): Tensor {
  const width = (x.shape.at(-1) as number) / n;
  return ops.slice(x, { begin: [...x.shape.slice(0, -1).map(() => 0), i * width], size: [...x.shape.slice(0, -1), width], stride: x.shape.map(() => 1) });
}

function checkCell(config: CellOptions, name: string): void {
  if (!Number.isInteger(config.units) || config.units < 1) throw new ConfigError(`${name}: units must be a whole number above 0, received ${config.units}`, { layer: name, received: config.units });
  checkDropout(config, name);
}

export function checkDropout(config: { readonly dropout: number; readonly recurrentDropout: number }, name: string): void {
  checkRate({ rate: config.dropout }, `${name}: dropout`);
  checkRate({ rate: config.recurrentDropout }, `${name}: recurrentDropout`);
}

/** Zeros as first states. */
export function zeros(x: Tensor, shapes: readonly (readonly number[])[]): Tensor[] {
  return shapes.map((shape) => ops.broadcastTo(number(x, 0), { shape: [...shape] }));
}

/** First states of a layer: those given, or those that a stateful one carries on; none where they are zeros. */
export function firstStates(scope: Scope<Pick<Required<SequenceConfig>, 'stateful'>>, given: readonly Tensor[], shapes: readonly (readonly number[])[]): readonly Tensor[] {
  if (!scope.config.stateful) return given;
  const states = shapes.map((shape, i) => scope.state(`state_${i}`, shape));
  return given.length ? given : states;
}

/** Carries the last states on, and answers what the options want of outputs and states. */
export function lastStates(scope: Scope<Pick<Required<SequenceConfig>, 'stateful' | 'returnState'>>, [output, ...states]: readonly Tensor[]): Tensor | readonly Tensor[] {
  const { stateful, returnState } = scope.config;
  if (stateful) for (const [i, state] of states.entries()) scope.carry(`state_${i}`, state);
  return returnState ? [output as Tensor, ...states] : (output as Tensor);
}

/** Factors of the state or of the input, the same at all steps. */
export function noise(scope: Scope<{ readonly seed: number | null }>, rate: number, like: Tensor, shape: readonly number[], salt: number): Tensor | null {
  if (!scope.training || rate === 0) return null;
  const key = scope.config.seed === null ? scope.key() : scope.config.seed + salt;
  return ops.dropout(ops.broadcastTo(number(like, 1), { shape }), { rate, key });
}

export const applied = (x: Tensor, mask: Tensor | null): Tensor => (mask ? ops.mul(x, mask) : x);

/** The cell as a layer: (x, ...states) → (output, ...states). */
/* @__NO_SIDE_EFFECTS__ */
export function cellDefinition<C extends CellOptions, W>(kind: CellKind<C, W>): LayerDefinition<C> {
  return {
    className: `${kind.className}Cell`,
    defaults: kind.defaults,
    check: checkCell,
    mask: null,
    call(scope, x, ...given) {
      const { units, dropout, recurrentDropout } = scope.config;
      const states = given.length ? given : zeros(x, new Array(kind.states).fill([x.shape[0], units]));
      const weights = kind.weights(scope, x.shape[1] as number);
      const own = scope as unknown as Scope<CellOptions>;
      const inputs = applied(x, noise(own, dropout, x, x.shape, 0));
      const kept = noise(own, recurrentDropout, x, [x.shape[0] as number, units], 1);
      const after = kind.step(scope, kind.project(scope, inputs, weights), [applied(states[0] as Tensor, kept), ...states.slice(1)], weights);
      return [after[0] as Tensor, ...after];
    },
  };
}

/** The steps of [batch, steps, …] as [batch, …] each. */
export function unstack(x: Tensor): Tensor[] {
  const [batch = 1, steps = 1, ...rest] = x.shape;
  const [none, ones] = [rest.map(() => 0), rest.map(() => 1)];
  return Array.from({ length: steps }, (_, t) => ops.reshape(ops.slice(x, { begin: [0, t, ...none], size: [batch, 1, ...rest], stride: [1, 1, ...ones] }), { shape: [batch, ...rest] }));
}

/** What a walk along a sequence answers. */
interface Walk {
  readonly outputs: readonly Tensor[];
  readonly states: readonly Tensor[];
}

/** Walks steps in order; where the mask is 0, states and output stay as they were. */
export function walk(
  steps: readonly Tensor[],
  masks: readonly Tensor[] | null,
  first: readonly Tensor[],
  zeroOutput: boolean,
  step: (x: Tensor, states: readonly Tensor[]) => { output: Tensor; states: readonly Tensor[] },
): Walk {
  const outputs: Tensor[] = [];
  let states = first;
  steps.forEach((x, t) => {
    const next = step(x, states);
    const mask = masks?.[t];
    if (!mask) {
      outputs.push(next.output);
      states = next.states;
      return;
    }
    const before = zeroOutput || t === 0 ? number(x, 0) : (outputs[t - 1] as Tensor);
    outputs.push(ops.select(mask, next.output, before));
    states = next.states.map((state, i) => ops.select(mask, state, states[i] as Tensor));
  });
  return { outputs, states };
}

/** The outputs, all or the last, and the last states. */
export function collected({ outputs, states }: Walk, { returnSequences }: { readonly returnSequences: boolean }): readonly Tensor[] {
  const last = outputs.at(-1) as Tensor;
  const [batch = 1, ...rest] = last.shape;
  const all = () =>
    ops.concat(
      outputs.map((o) => ops.reshape(o, { shape: [batch, 1, ...rest] })),
      { axis: 1 },
    );
  return [returnSequences ? all() : last, ...states];
}

/** The mask of a sequence, step by step. */
export function stepMasks(scope: Scope<never>, x: Tensor, mask: Tensor | undefined = scope.mask(x)): Tensor[] | null {
  if (!mask) return null;
  const [batch = 1, steps = 1] = mask.shape;
  return unstack(ops.reshape(mask, { shape: [batch, steps, 1] }));
}

/** The mask passes on with whole sequences only. */
export const sequenceMask = (config: { readonly returnSequences: boolean }, scope: Scope<never>, ...inputs: Tensor[]): Tensor | undefined =>
  config.returnSequences ? scope.mask(inputs[0] as Tensor) : undefined;

/** What a whole sequence takes beside its projected input. */
interface Given {
  readonly config: CellOptions & Required<SequenceConfig>;
  /** Factors of the state. */
  readonly kept: Tensor | null;
  /** First states. */
  readonly given: readonly Tensor[];
  readonly mask: Tensor | undefined;
  readonly states: number;
}

/** The whole sequence as one operation, its states behind the output if they are wanted; null if the engine has no code for its activations. */
function wholeSequence({ cell, recurrent, bias, ...functions }: Whole, x: Tensor, { config, kept, given, mask, states }: Given): readonly Tensor[] | null {
  const [activation, gateActivation] = [code(functions.activation), code(functions.gateActivation ?? 'sigmoid')];
  if (activation === undefined || gateActivation === undefined) return null;
  const [batch = 1, steps = 1] = x.shape;
  const { units, returnSequences } = config;
  const returnState = config.returnState || config.stateful;
  const values = [x, recurrent, bias, kept, ...given, mask && float(mask)].filter((value) => value != null);
  const flags = { backwards: config.goBackwards, zeroOutput: config.zeroOutputForMask, sequences: returnSequences, states: returnState };
  const all = ops.sequence(values, { cell, activation, gateActivation, ...flags, bias: bias != null, noise: kept !== null, initial: given.length > 0, mask: mask !== undefined });
  const rows = (from: number, count: number) => ops.slice(all, { begin: [0, from, 0], size: [batch, count, units], stride: [1, 1, 1] });
  const row = (from: number) => ops.reshape(rows(from, 1), { shape: [batch, units] });
  const outputs = returnSequences ? steps : 1;
  if (!returnState) return [returnSequences ? all : ops.reshape(all, { shape: [batch, units] })];
  return [returnSequences ? rows(0, steps) : row(0), ...Array.from({ length: states }, (_, i) => row(outputs + i))];
}

/** A layer that walks a kind of cell along [batch, steps, features]; further values are its first states. */
/* @__NO_SIDE_EFFECTS__ */
export function sequenceDefinition<C extends CellOptions, W>(kind: CellKind<C, W>): LayerDefinition<C & Required<SequenceConfig>> {
  return {
    className: kind.className,
    defaults: withSequence(kind.defaults),
    check: checkCell,
    mask: sequenceMask as never,
    call(scope, x, ...initial) {
      const { config } = scope;
      const [batch = 1, steps = 1, features = 1] = x.shape;
      if (x.shape.length !== 3) scope.fail('takes [batch, steps, features]', x.shape);
      const own = scope as unknown as Scope<C>;
      const weights = kind.weights(own, features);
      const shapes = new Array<readonly number[]>(kind.states).fill([batch, config.units]);
      const given = firstStates(scope, initial, shapes);
      const inputMask = noise(scope as unknown as Scope<CellOptions>, config.dropout, x, [batch, features], 0);
      const kept = noise(scope as unknown as Scope<CellOptions>, config.recurrentDropout, x, [batch, config.units], 1);
      const inputs = inputMask ? ops.mul(x, ops.reshape(inputMask, { shape: [batch, 1, features] })) : x;
      const projected = kind.project(own, ops.reshape(inputs, { shape: [batch * steps, features] }), weights);
      const sequence = ops.reshape(projected, { shape: [batch, steps, projected.shape[1] as number] });
      const whole = config.unroll ? null : kind.whole(own, weights);
      const result = (whole && wholeSequence(whole, sequence, { config, kept, given, mask: scope.mask(x), states: kind.states })) ?? stepByStep();
      function stepByStep(): readonly Tensor[] {
        const masks = stepMasks(scope as never, x);
        const order = <T>(list: readonly T[]): readonly T[] => (config.goBackwards ? [...list].reverse() : list);
        const first = given.length ? given : zeros(x, shapes);
        const walked = walk(order(unstack(sequence)), masks && order(masks), first, config.zeroOutputForMask, (part, states) => {
          const after = kind.step(own, part, [applied(states[0] as Tensor, kept), ...states.slice(1)], weights);
          return { output: after[0] as Tensor, states: after };
        });
        return collected(walked, config);
      }
      scope.penalize(result[0] as Tensor, config.activityRegularizer);
      return lastStates(scope, result);
    },
  };
}

/** The factory of a recurrent layer; its result is a sequence or its last state, by `returnSequences`. */
/* @__NO_SIDE_EFFECTS__ */
export function sequenceFactory<O extends CellConfig & SequenceConfig, Name extends string>(definition: LayerDefinition<Cell<O>>) {
  return <const U extends number, const All extends boolean = false, const I extends Dims = undefined>(
    config: O & { readonly units: U; readonly returnSequences?: All; readonly inputShape?: I },
  ): Layer<Recurrent<U, All, Name>, I, Cell<O>> => new Layer(definition, config as never);
}
/** The factory of a cell. */
/* @__NO_SIDE_EFFECTS__ */
export function cellFactory<O extends CellConfig>(definition: LayerDefinition<Cell<O>>) {
  return (config: O): Layer<Unknown, undefined, Cell<O>> => new Layer(definition, config as never);
}
export type { ShapeFn };
