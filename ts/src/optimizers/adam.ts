import { defineOptimizer } from './optimizer.js';

/** Options of `adam` and `adamW`. */
export interface AdamOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Added to the root. Default 1e-7. */
  readonly epsilon?: number;
  /** Whether the largest second moment so far is used. Default false. */
  readonly amsgrad?: boolean;
}

const adamLike = (name: string, weightDecay: number | null) =>
  defineOptimizer<AdamOptions>({
    name,
    code: 2,
    defaults: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false, ...(weightDecay === null ? {} : { weightDecay }) },
    options: (c) => [c.beta1, c.beta2, c.epsilon, Number(c.amsgrad)],
    slots: (c) => ['momentum', 'velocity', ...(c.amsgrad ? ['velocityHat'] : [])],
  });

/** Running first and second moments of gradients. Learning rate 0.001. Keras's Adam (Kingma and Ba 2014). */
export const adam = adamLike('adam', null);
/** Adam with decoupled weight decay, 0.004 by default. Keras's AdamW (Loshchilov and Hutter 2017). */
export const adamW = adamLike('adamW', 0.004);
