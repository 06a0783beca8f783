// A model as a graph of layer calls: order, names, and one trace through it.
import { ConfigError } from '../core/errors.js';
import type { Tensor } from '../core/tensor.js';
import type { Layer, Trace } from '../layers/layer.js';
import { engineType, type Node, type Symbolic } from '../layers/symbolic.js';
import type { Values } from '../data/intake.js';
import type { Weight } from '../layers/weight.js';
import { Program } from '../core/program.js';
import { Trace as LayerTrace } from '../layers/layer.js';

/** A weight in a model: where it is, by path and by number. */
export interface Variable {
  readonly weight: Weight;
  readonly path: string;
}

export interface Port {
  readonly name: string;
  readonly symbolic: Symbolic;
}

/** `MaxPooling2D` → `max_pooling2d`, as Keras numbers its layers. */
export function snake(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

export class Graph {
  /** What the engine is fed with: inputs, and what layers outside of it make of them. */
  readonly feeds: readonly Port[];
  /** Calls in an order in which every input is made before it is used. */
  readonly nodes: readonly Node[];
  /** Distinct layers in the order of their first call. */
  readonly layers: readonly Layer[];
  /** Weights in the order of their first use, then states that are carried from batch to batch. */
  readonly variables: readonly Variable[];
  /** What users get and set, and files hold. */
  readonly weights: readonly Variable[];
  /** Whether there are such states: then evaluation and prediction change the model too. */
  readonly carries: boolean;
  /** Rows of every batch, if the inputs fix it. */
  readonly batch: number | null;

  constructor(
    readonly inputs: readonly Port[],
    readonly outputs: readonly Port[],
  ) {
    this.nodes = ordered(inputs, outputs);
    this.layers = [...new Set(this.nodes.map((n) => n.layer))];
    nameLayers(this.layers);
    this.feeds = feedsOf(this);
    const all = this.collect();
    this.weights = all.filter(({ weight }) => !weight.carried);
    this.variables = [...this.weights, ...all.filter(({ weight }) => weight.carried)];
    this.carries = this.variables.length > this.weights.length;
    this.batch = inputs.map(({ symbolic }) => symbolic.shape[0] ?? null).find((d) => d !== null) ?? null;
  }

  /** What the engine is fed with, of values for the inputs. */
  feed(given: readonly Values[], what: string): readonly Values[] {
    if (this.feeds === this.inputs) return given;
    const values = new Map<Symbolic, Values>(this.inputs.map(({ symbolic }, i) => [symbolic, given[i] as Values]));
    for (const { layer, inputs, outputs } of this.nodes) if (layer.host) values.set(outputs[0] as Symbolic, layer.host(values.get(inputs[0] as Symbolic) as Values, inputs[0] as Symbolic, what));
    return this.feeds.map(({ symbolic }) => values.get(symbolic) as Values);
  }
  /** The layer that looks up what a feed holds, and the number of its rows. */
  lookup({ symbolic }: Port): { readonly name: string; readonly rows: number } | null {
    if (symbolic.dtype !== 'int32') return null;
    for (const { layer, inputs } of this.nodes) {
      const { indices } = layer.definition;
      if (indices && inputs[0] === symbolic) return { name: layer.name as string, rows: indices(layer.config) };
    }
    return null;
  }
  /** Runs all layers of the engine on values for the feeds. */
  trace(trace: Trace, inputs: readonly Tensor[]): readonly Tensor[] {
    const values = new Map<Symbolic, Tensor>();
    this.feeds.forEach(({ symbolic }, i) => values.set(symbolic, inputs[i] as Tensor));
    for (const node of this.nodes) {
      if (node.layer.host) continue;
      const results = node.layer.trace(
        trace,
        node.inputs.map((s) => values.get(s) as Tensor),
      );
      node.outputs.forEach((s, i) => values.set(s, results[i] as Tensor));
    }
    return this.outputs.map(({ symbolic }) => values.get(symbolic) as Tensor);
  }

  /** Inputs of a program for a batch; open axes take the sizes of the data. */
  private collect(): readonly Variable[] {
    const found = new Map<Weight, Variable>();
    const program = new Program();
    const weights = {
      indexOf(weight: Weight, path: string): number {
        if (!found.has(weight)) found.set(weight, { weight, path });
        return [...found.keys()].indexOf(weight);
      },
    };
    this.trace(
      new LayerTrace(program, false, weights),
      this.feeds.map(({ symbolic }) =>
        program.input(
          symbolic.shape.map((d, axis) => d ?? (axis === 0 ? 2 : 128)),
          engineType(symbolic.dtype),
        ),
      ),
    );
    return [...found.values()];
  }
}

/** Values that engine layers take and that none of them makes. */
function feedsOf({ inputs, outputs, nodes }: Graph): readonly Port[] {
  if (nodes.every(({ layer }) => !layer.host)) return inputs;
  const outside = nodes.filter(({ layer }) => layer.host);
  const ports = [...inputs, ...outside.map(({ layer, outputs: [symbolic] }) => ({ name: layer.name as string, symbolic: symbolic as Symbolic }))];
  for (const { layer, inputs: given } of outside) {
    if (given.length !== 1 || !ports.some(({ symbolic }) => symbolic === given[0]))
      throw new ConfigError(`${layer.name}: a ${layer.className} works before the engine: it takes an input of the model, or what another such layer makes`, { layer: layer.name });
  }
  const taken = new Set([...nodes.filter(({ layer }) => !layer.host).flatMap((node) => node.inputs), ...outputs.map(({ symbolic }) => symbolic)]);
  return ports.filter(({ symbolic }) => taken.has(symbolic));
}

function ordered(inputs: readonly Port[], outputs: readonly Port[]): Node[] {
  const known = new Set<Symbolic>(inputs.map((i) => i.symbolic));
  const nodes: Node[] = [];
  const done = new Set<Node>();
  const visit = (symbolic: Symbolic): void => {
    if (known.has(symbolic)) return;
    const { node } = symbolic;
    if (!node) throw new ConfigError(`functional: an output depends on an input${symbolic.name ? ` '${symbolic.name}'` : ''} that is not among the model's inputs`);
    if (done.has(node)) return;
    done.add(node);
    node.inputs.forEach(visit);
    nodes.push(node);
  };
  for (const { symbolic } of outputs) visit(symbolic);
  return nodes;
}

/** Layers without a name get their kind's, numbered; names must differ. */
function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set<string>();
  for (const { name, className } of layers) {
    if (name === undefined) continue;
    if (taken.has(name)) throw new ConfigError(`two layers have the name '${name}'; the second is a ${className}. Give them different names`, { layer: name });
    taken.add(name);
  }
  for (const layer of layers) {
    if (layer.name !== undefined) continue;
    const base = snake(layer.className);
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
    taken.add(name);
    layer.name = name;
  }
}
