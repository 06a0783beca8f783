import type { Shape } from '../core/tensor.js';
import type { Model } from '../model/model.js';
import type { Shapes } from '../model/types.js';

/** Options of `loadModel`. */
export interface LoadOptions {
  /** Custom layers, losses, metrics and activations by the names that the file stores. */
  readonly custom?: Readonly<Record<string, unknown>>;
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
  const { loadModel: load } = await import('./load.js');
  return (await load(source, options.custom ?? {})) as Model as Model<I, O>;
}
