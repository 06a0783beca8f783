import type { Model } from '../model/model.js';

/** Options of `loadModel`. */
export interface LoadOptions {
  /** Custom layers, losses, metrics and activations by the names that the file stores. */
  readonly custom?: Readonly<Record<string, unknown>>;
}

/**
 * Loads a model that `save` wrote: layers, weights, compile options and the optimizer's state.
 * @param source a path, `idb://…`, `opfs://…`, an http(s) address, or bytes.
 * @throws {FormatError} for anything that isn't such a file.
 * @example
 * const model = await loadModel('digits.safetensors');
 */
export async function loadModel(source: string | Uint8Array, options: LoadOptions = {}): Promise<Model> {
  const { loadModel: load } = await import('./load.js');
  return load(source, options.custom ?? {});
}
