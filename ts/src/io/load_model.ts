import { FormatError, MyelinError } from '../core/errors.js';
import type { Shape } from '../core/tensor.js';
import { Model } from '../model/model.js';
import type { CompileOptions, Shapes } from '../model/types.js';
import { type Custom, fromJson, graphFromJson } from './from_json.js';
import { bytesFrom, putWeights } from './load_weights.js';
import { decodeTensors } from './safetensors.js';
import { FORMAT } from './save.js';
import { putSlots } from './slots.js';

/** Options of `loadModel`. */
export interface LoadOptions {
  /** Custom layers, losses, metrics and activations by the names that the file stores. */
  readonly custom?: Readonly<Record<string, unknown>>;
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

function build(description: Description, custom: Custom): Model {
  const graph = graphFromJson(description.model, custom);
  const structure = description.structure === 'list' || description.structure === 'record' ? description.structure : 'single';
  const model = new Model(String(description.name ?? 'model'), () => graph, structure);
  if (description.compile) model.compile(fromJson(description.compile, custom, 'compile') as CompileOptions);
  if (typeof description.user === 'object' && description.user) model.userMetadata = { ...description.user } as Record<string, unknown>;
  return model;
}

/** Options are checked for their values, not for their types, which the compiler sees to; not so in files. */
function built(description: Description, custom: Custom): Model {
  try {
    return build(description, custom);
  } catch (cause) {
    if (cause instanceof MyelinError) throw cause;
    throw new FormatError(`the file's description of the model can't be used: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Loads a model that `save` wrote: layers, weights, compile options and the optimizer's state. The types can't know what a file
 * holds: one input and one output, unless the type arguments say otherwise.
 * @param source a path, `idb://…`, `opfs://…`, an http(s) address, or bytes.
 * @throws {FormatError} for anything that isn't such a file.
 * @example
 * const model = await loadModel('digits.safetensors');
 */
export async function loadModel<I extends Shapes = Shape, O extends Shapes = Shape>(source: string | Uint8Array, options: LoadOptions = {}): Promise<Model<I, O>> {
  const custom: Custom = options.custom ?? {};
  const { tensors, metadata } = decodeTensors(await bytesFrom(source));
  const description = describe(metadata.myelin);
  const model = built(description, custom);
  await putWeights(model, tensors, false);
  const step = Number(description.training?.step ?? 0);
  if (model.core.compiled && step > 0) await putSlots(model.core, await model.core.session(), tensors, step);
  return model as Model as Model<I, O>;
}
