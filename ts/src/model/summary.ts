import { show } from '../core/errors.js';
import type { Layer } from '../layers/layer.js';
import type { Graph } from './graph.js';

const grouped = (n: number): string => n.toLocaleString('en-US');

/** Numbers of weights: all, and those that training changes. */
export function counts(graph: Graph): { total: number; trainable: number } {
  let [total, trainable] = [0, 0];
  for (const { weight } of graph.weights) {
    total += weight.size;
    if (weight.trainable) trainable += weight.size;
  }
  return { total, trainable };
}

/** Numbers in a layer's weights. */
export const weightsOf = (graph: Graph, layer: Layer): number => graph.weights.filter(({ path }) => path.startsWith(`${layer.name}/`)).reduce((n, { weight }) => n + weight.size, 0);

/** A table of the layers: name and kind, output shape, weights. */
export function summarize(graph: Graph, name: string): string {
  const counted = new Set<object>();
  const rows = graph.nodes.map(({ layer, outputs }) => {
    const weights = counted.has(layer) ? 0 : weightsOf(graph, layer);
    counted.add(layer);
    return [`${layer.name} (${layer.className})`, outputs.map((o) => show(o.shape)).join(', '), grouped(weights)];
  });
  const head = ['Layer', 'Output shape', 'Weights'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] as string).length)));
  const line = (cells: readonly string[]) => cells.map((cell, i) => (i === 2 ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number))).join('  ');
  const rule = '─'.repeat(widths.reduce((a, b) => a + b + 2, -2));
  const { total, trainable } = counts(graph);
  const size = (n: number) => `${grouped(n)} (${((4 * n) / 1024).toFixed(2)} KB)`;
  return [`Model: ${name}`, rule, line(head), rule, ...rows.map(line), rule, `Total weights: ${size(total)}`, `Trainable: ${size(trainable)}`, `Not trainable: ${size(total - trainable)}`].join('\n');
}
