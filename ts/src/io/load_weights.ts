import { DataError, nearest, show } from '../core/errors.js';
import type { NDArray } from '../data/ndarray.js';
import type { Model } from '../model/model.js';
import { read } from './address.js';
import { decodeTensors } from './safetensors.js';

/** Where a file is, or its bytes. */
export type Source = string | Uint8Array;

export async function bytesFrom(source: Source): Promise<Uint8Array> {
  return typeof source === 'string' ? read(source) : source;
}

/** Puts tensors into the weights of the same names; both sides must match unless mismatches are skipped. */
export async function putWeights(model: Model, tensors: ReadonlyMap<string, NDArray>, skip: boolean): Promise<void> {
  const { variables } = model.core.graph;
  const paths = variables.map(({ path }) => path);
  const current = skip ? await model.getWeights() : [];
  const all = new Float32Array(variables.reduce((n, { weight }) => n + weight.size, 0));
  let at = 0;
  variables.forEach(({ weight, path }, i) => {
    const tensor = tensors.get(path);
    const fits = tensor?.data instanceof Float32Array && tensor.shape.join() === weight.shape.join();
    if (fits) all.set(tensor.data, at);
    else if (skip) all.set((current[i] as NDArray).data, at);
    else if (tensor) throw new DataError(`${path}: the model expects ${show(weight.shape)}, the file has ${show(tensor.shape)}`, { expected: weight.shape, received: tensor.shape });
    else throw new DataError(`the file has no weight '${path}'${near(path, [...tensors.keys()])}; pass { skipMismatch: true } to leave such weights as they are`, { expected: path });
    at += weight.size;
  });
  const extra = [...tensors.keys()].find((name) => !paths.includes(name) && !name.startsWith('optimizer/'));
  if (extra !== undefined && !skip) throw new DataError(`the file's weight '${extra}' has no place in the model${near(extra, paths)}`, { received: extra });
  await model.putWeights(all);
}

function near(name: string, known: readonly string[]): string {
  const found = nearest(name, known);
  return found ? `; did you mean '${found}'?` : '';
}

export async function loadWeights(model: Model, source: Source, options: { readonly skipMismatch?: boolean }): Promise<void> {
  await putWeights(model, decodeTensors(await bytesFrom(source)).tensors, options.skipMismatch ?? false);
}
