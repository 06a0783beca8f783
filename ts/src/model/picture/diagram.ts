// A model as boxes and arrows, whatever will draw them.
import { show } from '../../core/errors.js';
import type { Symbolic } from '../../layers/symbolic.js';
import { ModelLayer } from '../as_layer.js';
import type { Graph } from '../graph.js';
import { weightsOf } from '../summary.js';

/** One call of a layer, an input, or a model inside the model. */
export interface Box {
  readonly id: string;
  /** Name and kind, output shapes, weights: a line each. */
  readonly lines: readonly string[];
  /** What is inside, where models are opened. */
  readonly inner?: Diagram;
}
/** From a box to one that takes its result. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
}
export interface Diagram {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  /** Boxes of the inputs, and those that make the outputs. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What to draw of a model. */
export interface PictureOptions {
  /** Whether models inside the model are opened. Default true. */
  readonly nested?: boolean;
}

/** A box for each input and each call; a layer that is called twice has two. */
export function diagram(graph: Graph, { nested = true }: PictureOptions = {}, prefix = 'n'): Diagram {
  const boxes: Box[] = [];
  const made = new Map<Symbolic, string>();
  const add = (lines: readonly string[], inner?: Diagram): string => {
    const id = `${prefix}${boxes.length}`;
    boxes.push({ id, lines, ...(inner && { inner }) });
    return id;
  };
  for (const { name, symbolic } of graph.inputs) made.set(symbolic, add([`${name} (Input)`, show(symbolic.shape)]));
  const arrows: Arrow[] = [];
  for (const { layer, inputs, outputs } of graph.nodes) {
    const inner = nested && layer instanceof ModelLayer ? diagram(layer.graph, { nested }, `${prefix}${boxes.length}_`) : undefined;
    const weights = weightsOf(graph, layer);
    const id = add([`${layer.name} (${layer.className})`, outputs.map((o) => show(o.shape)).join(', '), ...(weights && !inner ? [`${weights.toLocaleString('en-US')} weights`] : [])], inner);
    for (const input of new Set(inputs)) arrows.push({ from: made.get(input) as string, to: id });
    for (const output of outputs) made.set(output, id);
  }
  const ids = (ports: Graph['inputs']) => ports.map(({ symbolic }) => made.get(symbolic) as string);
  return { boxes, arrows, inputs: ids(graph.inputs), outputs: ids(graph.outputs) };
}
