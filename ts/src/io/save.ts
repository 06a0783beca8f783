import type { NDArray } from '../data/ndarray.js';
import type { Model } from '../model/model.js';
import { write } from './address.js';
import { graphToJson, toJson } from './to_json.js';
import { encodeTensors } from './safetensors.js';
import { slotTensors } from './slots.js';

/** Version of what the metadata key `myelin` holds. */
export const FORMAT = 1;

async function weightTensors(model: Model): Promise<Map<string, NDArray>> {
  const weights = await model.getWeights();
  return new Map(model.core.graph.weights.map(({ path }, i) => [path, weights[i] as NDArray]));
}

/** The file of a whole model: weights, optimizer, and the description of layers and compile options. */
export async function toBytes(model: Model): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = await weightTensors(model);
  const { core, compileOptions } = model;
  const session = await core.session();
  const step = core.compiled ? await session.client.call('step_get', session.id) : 0;
  if (core.compiled && step > 0) for (const [name, tensor] of await slotTensors(core, session)) tensors.set(name, tensor);
  const description = {
    format: FORMAT,
    name: model.name,
    structure: model.layout,
    model: graphToJson(core.graph),
    compile: compileOptions ? toJson(compileOptions, 'compile') : null,
    training: { step },
    user: model.userMetadata,
  };
  return encodeTensors({ tensors, metadata: { myelin: JSON.stringify(description) } });
}

export async function save(model: Model, address: string): Promise<void> {
  await write(address, await toBytes(model));
}
export async function saveWeights(model: Model, address: string): Promise<void> {
  await write(address, encodeTensors({ tensors: await weightTensors(model), metadata: {} }));
}
