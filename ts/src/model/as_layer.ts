import { ConfigError } from '../core/errors.js';
import { Layer, type LayerDefinition } from '../layers/layer.js';
import type { Graph } from './graph.js';

const definition = (graph: Graph): LayerDefinition<object> => ({
  className: 'Functional',
  defaults: {},
  sublayers: () => graph.layers,
  call(scope, ...inputs) {
    if (inputs.length !== graph.inputs.length) throw new ConfigError(`${scope.path}: the model takes ${graph.inputs.length} inputs, received ${inputs.length}`, { layer: scope.path });
    const outside = graph.nodes.find(({ layer }) => layer.host);
    if (outside) throw new ConfigError(`${scope.path}: has a ${outside.layer.className}, which works before the engine; put it in front of the outer model`, { layer: scope.path });
    return graph.trace(scope.trace, inputs);
  },
});

/** A model inside another one: its layers, under its name. */
export class ModelLayer extends Layer {
  constructor(
    readonly graph: Graph,
    name: string,
  ) {
    super(definition(graph), { name });
  }
}
