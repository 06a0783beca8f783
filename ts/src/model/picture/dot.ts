// A model in Graphviz's language.
import type { Graph } from '../graph.js';
import { type Box, type Diagram, diagram, type PictureOptions } from './diagram.js';

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
const label = (lines: readonly string[]): string => lines.map((line) => quoted(line).slice(1, -1)).join('\\n');

/** Arrows can't end at a frame: they go to the inputs inside, and come from the outputs. */
const ends = (box: Box, side: 'inputs' | 'outputs'): readonly string[] =>
  box.inner ? box.inner[side].flatMap((id) => ends((box.inner as Diagram).boxes.find((inside) => inside.id === id) as Box, side)) : [box.id];

function lines({ boxes, arrows }: Diagram): string[] {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const drawn = boxes.flatMap((box) =>
    box.inner ? [`subgraph cluster_${box.id} {`, ...[`label="${label(box.lines)}";`, ...lines(box.inner)].map((line) => `  ${line}`), '}'] : [`${box.id} [label="${label(box.lines)}"];`],
  );
  const linked = arrows.flatMap(({ from, to }) => {
    const [sources, targets] = [ends(byId.get(from) as Box, 'outputs'), ends(byId.get(to) as Box, 'inputs')];
    return sources.flatMap((source) => targets.map((target) => `${source} -> ${target};`));
  });
  return [...drawn, ...linked];
}

export function toDot(graph: Graph, name: string, options?: PictureOptions): string {
  const style = ['node [shape=box, style=rounded, fontname=monospace];', 'graph [fontname=monospace];'];
  return [`digraph ${quoted(name)} {`, ...[...style, ...lines(diagram(graph, options))].map((line) => `  ${line}`), '}', ''].join('\n');
}
