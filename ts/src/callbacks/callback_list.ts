import type { AnyModel } from '../model/model.js';
import type { Callback } from './callback.js';

type Hook = Exclude<keyof Callback, 'setModel'>;
type Arguments<H extends Hook> = Parameters<NonNullable<Callback[H]>>;

/** The callbacks of one call, in their order. */
export class CallbackList {
  constructor(
    private readonly callbacks: readonly Callback[] = [],
    model: AnyModel,
  ) {
    for (const callback of callbacks) callback.setModel?.(model);
  }
  /** Whether anybody wants to be called at one of these. */
  has(...hooks: readonly Hook[]): boolean {
    return this.callbacks.some((callback) => hooks.some((hook) => typeof callback[hook] === 'function'));
  }
  /** Calls a hook of everybody who has it, one after the other. */
  async call<H extends Hook>(hook: H, ...args: Arguments<H>): Promise<void> {
    for (const callback of this.callbacks) await (callback[hook] as ((...args: Arguments<H>) => unknown) | undefined)?.call(callback, ...args);
  }
}
