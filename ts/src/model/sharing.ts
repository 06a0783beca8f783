// Weights that several models have, through a layer or a model inside another: their numbers are with the model that changed
// them last, and the others fetch them before they use them.
import type { Weight } from '../layers/weight.js';
import type { Session } from './session.js';

const abroad = (weight: Weight, session: Session): boolean => (weight.home ? weight.home !== session && weight.home.client.alive : weight.left !== null);

/** Brings the weights of a session up to date with what other models made of them. */
export async function fetchShared(session: Session): Promise<void> {
  const weights = [...session.offsets.keys()].filter((weight) => abroad(weight, session));
  if (weights.length > 0) {
    const all = await session.client.call('weights_get', session.id);
    const numbers = new Map<Session, Float32Array>();
    for (const weight of weights) {
      const { home } = weight;
      if (home && !numbers.has(home)) numbers.set(home, await home.client.call('weights_get', home.id));
      const from = home ? (home.offsets.get(weight) as number) : 0;
      const source = home ? (numbers.get(home) as Float32Array) : (weight.left as Float32Array);
      all.set(source.subarray(from, from + weight.size), session.offsets.get(weight));
    }
    await session.client.call('weights_set', session.id, all);
  }
  for (const weight of session.offsets.keys()) if (!weight.home?.client.alive) claim(weight, session);
}

function claim(weight: Weight, session: Session): void {
  weight.home = session;
  weight.left = null;
}

/** From now on this session's numbers count. */
export function claimShared(session: Session): void {
  for (const weight of session.offsets.keys()) claim(weight, session);
}

/** Before a session goes: what other models may still need stays with the weights. */
export async function leaveShared(session: Session): Promise<void> {
  const weights = [...session.offsets].filter(([weight]) => weight.home === session);
  const shared = weights.some(([weight]) => weight.models > 1);
  const all = shared ? await session.client.call('weights_get', session.id) : null;
  for (const [weight, at] of weights) {
    weight.home = null;
    if (all && weight.models > 1) weight.left = all.slice(at, at + weight.size);
  }
}
