import { DataError, FormatError, nearest, show } from '../core/errors.js';
import type { NDArray } from '../data/ndarray.js';
import { Model } from '../model/model.js';
import type { CompileOptions } from '../model/types.js';
import { read } from './address.js';
import { type Custom, fromJson, graphFromJson } from './config.js';
import { decodeTensors } from './safetensors.js';
import { FORMAT } from './save.js';
import { putSlots } from './slots.js';

/** Where a file is, or its bytes. */
export type Source = string | Uint8Array;

async function bytesFrom(source: Source): Promise<Uint8Array> {
  return typeof source === 'string' ? read(source) : source;
}

/** Puts tensors into the weights of the same names; both sides must match unless mismatches are skipped. */
async function putWeights(model: Model, tensors: ReadonlyMap<string, NDArray>, skip: boolean): Promise<void> {
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

interface Description {
  readonly format?: unknown;
  readonly name?: unknown;
  readonly structure?: unknown;
  readonly model?: unknown;
  readonly compile?: unknown;
  readonly training?: { readonly step?: unknown } | null;
  readonly user?: unknown;
}

function describe(text: string | undefined): Description {
  let json: unknown;
  try {
    json = JSON.parse(text ?? '');
  } catch {
    throw new FormatError('the file holds weights but no model; build the model and use loadWeights');
  }
  const description = json as Description | null;
  if (typeof description !== 'object' || description?.format !== FORMAT)
    throw new FormatError(`the file's format is ${String(description?.format)}, this version reads ${FORMAT}`, { expected: FORMAT });
  return description;
}

export async function loadModel(source: Source, custom: Custom): Promise<Model> {
  const { tensors, metadata } = decodeTensors(await bytesFrom(source));
  const description = describe(metadata.myelin);
  const graph = graphFromJson(description.model, custom);
  const structure = description.structure === 'list' || description.structure === 'record' ? description.structure : 'single';
  const model = new Model(String(description.name ?? 'model'), () => graph, structure);
  if (description.compile) model.compile(fromJson(description.compile, custom, 'compile') as CompileOptions);
  if (typeof description.user === 'object' && description.user) model.userMetadata = { ...description.user } as Record<string, unknown>;
  await putWeights(model, tensors, false);
  const step = Number(description.training?.step ?? 0);
  if (model.core.compiled && step > 0) await putSlots(model.core, await model.core.session(), tensors, step);
  return model;
}
