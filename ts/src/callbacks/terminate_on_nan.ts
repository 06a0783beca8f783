import type { Callback } from './callback.js';

/**
 * Ends a fit quietly at the first step whose loss is NaN or infinite; without it the fit rejects there. Keras's TerminateOnNaN.
 * @example
 * await net.fit(x, y, { callbacks: [callbacks.terminateOnNaN()] });
 */
export function terminateOnNaN({ raiseError = false }: { readonly raiseError?: boolean } = {}): Callback {
  return {
    onInvalidLoss(_, error) {
      if (raiseError) throw error;
    },
  };
}
