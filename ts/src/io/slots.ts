// The optimizer's memory as tensors by name. In the engine it lies slot by slot, in the order of the trained weights.
import { DataError } from '../core/errors.js';
import type { NDArray } from '../data/ndarray.js';
import type { Core } from '../model/core.js';
import type { Session } from '../model/session.js';

/** Weights begin on multiples of so many words. */
const ALIGNMENT = 16;
const aligned = (n: number) => Math.ceil(n / ALIGNMENT) * ALIGNMENT;

interface Piece {
  readonly name: string;
  readonly at: number;
  readonly size: number;
  readonly shape: readonly number[];
}

function pieces(core: Core): Piece[] {
  const trained = core.graph.variables.filter(({ weight }) => weight.trainable);
  const words = trained.reduce((n, { weight }) => n + aligned(weight.size), 0);
  return (core.compiled?.optimizer.slots ?? []).flatMap((slot, s) => {
    let at = s * words;
    return trained.map(({ weight, path }) => {
      const piece = { name: `optimizer/${slot}/${path}`, at, size: weight.size, shape: weight.shape };
      at += aligned(weight.size);
      return piece;
    });
  });
}

export async function slotTensors(core: Core, session: Session): Promise<Map<string, NDArray>> {
  const state = await session.client.call('optimizer_state', session.id);
  return new Map(pieces(core).map(({ name, at, size, shape }) => [name, { data: state.slice(at, at + size), shape }]));
}

export async function putSlots(core: Core, session: Session, tensors: ReadonlyMap<string, NDArray>, step: number): Promise<void> {
  const state = await session.client.call('optimizer_state', session.id);
  for (const { name, at, size } of pieces(core)) {
    const data = tensors.get(name)?.data;
    if (!data) continue;
    if (data.length !== size) throw new DataError(`${name}: ${size} numbers are expected, the file has ${data.length}`);
    state.set(data, at);
  }
  await session.client.call('optimizer_state_set', session.id, state, step);
}
