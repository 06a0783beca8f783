import { slotTensors } from '../io/slots.js';
import { AVERAGE } from '../optimizers/optimizer.js';
import type { Core } from './core.js';
import type { Session } from './session.js';

/** At the end of a fit the running average of the weights becomes the weights, where the optimizer keeps one. */
export async function takeAverage(core: Core, session: Session): Promise<void> {
  const tensors = await slotTensors(core, session);
  const weights = await session.client.call('weights_get', session.id);
  for (const { weight, path } of core.graph.variables) {
    const average = tensors.get(`optimizer/${AVERAGE}/${path}`);
    if (average) weights.set(average.data, session.offsets.get(weight) as number);
  }
  await session.client.call('weights_set', session.id, weights);
}
