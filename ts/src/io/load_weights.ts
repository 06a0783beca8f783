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

/**
 * Puts tensors into the weights of the same names; both sides must match unless mismatches are skipped. Nothing is allocated
 * for a model that claims more than its file holds.
 */
export async function putWeights(model: Model, tensors: ReadonlyMap<string, NDArray>, skip: boolean): Promise<void> {
  const { weights } = model.core.graph;
  const found = weights.map(({ weight, path }) => {
    const tensor = tensors.get(path);
    if (tensor?.data instanceof Float32Array && tensor.shape.join() === weight.shape.join()) return tensor.data;
    if (skip) return null;
    if (tensor) throw new DataError(`${path}: the model expects ${show(weight.shape)}, the file has ${show(tensor.shape)}`, { expected: weight.shape, received: tensor.shape });
    throw new DataError(`the file has no weight '${path}'${near(path, [...tensors.keys()])}; pass { skipMismatch: true } to leave such weights as they are`, { expected: path });
  });
  const paths = weights.map(({ path }) => path);
  const extra = [...tensors.keys()].find((name) => !paths.includes(name) && !name.startsWith('optimizer/'));
  if (extra !== undefined && !skip) throw new DataError(`the file's weight '${extra}' has no place in the model${near(extra, paths)}`, { received: extra });
  const current = skip ? await model.getWeights() : [];
  const all = new Float32Array(weights.reduce((n, { weight }) => n + weight.size, 0));
  let at = 0;
  found.forEach((data, i) => {
    all.set(data ?? (current[i] as NDArray).data, at);
    at += (weights[i] as (typeof weights)[number]).weight.size;
  });
  await model.putWeights(all);
}

function near(name: string, known: readonly string[]): string {
  const found = nearest(name, known);
  return found ? `; did you mean '${found}'?` : '';
}

export async function loadWeights(model: Model, source: Source, options: { readonly skipMismatch?: boolean }): Promise<void> {
  await putWeights(model, decodeTensors(await bytesFrom(source)).tensors, options.skipMismatch ?? false);
}
