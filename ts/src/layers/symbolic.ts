import { ConfigError } from '../core/errors.js';
import { Program } from '../core/program.js';
import type { DType, InputType, Shape } from '../core/tensor.js';
import { type Layer, Trace } from './layer.js';
import type { Weight } from './weight.js';

/** One call of a layer in a graph of layers. */
export interface Node {
  readonly layer: Layer;
  readonly inputs: readonly Symbolic[];
  readonly outputs: readonly Symbolic[];
}

/** Sizes that stand for an unknown axis in two traces: where results differ, the result is unknown too. */
const PROBES = [2, 3];

/** A value in a graph of layers: a shape, and the call that makes it. */
export class Symbolic<S extends Shape = Shape> {
  /** @internal */
  node: Node | undefined;
  constructor(
    /** Sizes of the axes, null for the batch and others that aren't known. */
    readonly shape: S,
    /** Element type. */
    readonly dtype: InputType,
    /** Name of an input. */
    readonly name?: string,
  ) {}

  /** @internal Calls a layer: its output shapes are found by tracing it twice with different sizes for unknown axes. */
  static call(layer: Layer, inputs: readonly Symbolic[]): Symbolic {
    if (inputs.some((i) => !(i instanceof Symbolic))) throw new ConfigError(`${layer.className}: apply takes values made by input() or by other layers' apply`);
    const text = inputs.find(({ dtype }) => dtype === 'string');
    if (text && !layer.host) throw new ConfigError(`${layer.name ?? layer.className}: takes numbers, not text; put a stringLookup or textVectorization before it`, { layer: layer.name });
    const [small, large] = PROBES.map((probe) => probed(layer, inputs, probe)) as [Probe, Probe];
    const outputs = small.map(
      ({ shape, dtype }, i) =>
        new Symbolic(
          shape.map((d, axis) => (d === large[i]?.shape[axis] ? d : null)),
          dtype,
        ),
    );
    const node: Node = { layer, inputs, outputs };
    for (const output of outputs) output.node = node;
    layer.nodes.push(node);
    return outputs[0] as Symbolic;
  }
  /** The other results of a layer that returns several. */
  get all(): readonly Symbolic[] {
    return this.node?.outputs ?? [this];
  }
}

/** The type in the engine; text never gets there. */
export const engineType = (dtype: InputType): DType => (dtype === 'string' ? 'int32' : dtype);

type Probe = readonly { shape: readonly number[]; dtype: DType }[];

function probed(layer: Layer, inputs: readonly Symbolic[], probe: number): Probe {
  const order: Weight[] = [];
  const indexOf = (weight: Weight) => (order.includes(weight) ? order.indexOf(weight) : order.push(weight) - 1);
  const program = new Program();
  const trace = new Trace(program, false, { indexOf });
  // Unknown axes after the batch get a larger size, so that windows fit.
  const tensors = inputs.map(({ shape, dtype }) =>
    program.input(
      shape.map((d, axis) => d ?? (axis === 0 ? probe : 64 * probe)),
      engineType(dtype),
    ),
  );
  return layer.trace(trace, tensors);
}

/**
 * An input of a functional model.
 * @param options `shape` of one row, without the batch; `batchSize` if all batches have as many rows, which stateful layers need; `dtype`
 * float32 by default; `name`.
 * @example
 * const x = input({ shape: [16] });
 */
export function input<const S extends Shape, const B extends number | null = null>(options: { shape: S; batchSize?: B; dtype?: InputType; name?: string }): Symbolic<readonly [B, ...S]> {
  return new Symbolic<readonly [B, ...S]>([(options.batchSize ?? null) as B, ...options.shape], options.dtype ?? 'float32', options.name);
}
