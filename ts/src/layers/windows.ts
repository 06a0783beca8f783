// Sizes and paddings of windows that slide over places: Keras's rules.
import { ConfigError } from '../core/errors.js';
import { REQUIRED } from './factory.js';
import type { Scope } from './layer.js';

/** Whether the border is padded so that a window of stride 1 keeps the size. */
export type Padding = 'valid' | 'same';

/** Defaults of layers whose window makes so many channels. */
/* @__NO_SIDE_EFFECTS__ */
export function withWindow<O extends object>(own: O) {
  return { ...own, filters: REQUIRED, kernelSize: REQUIRED, strides: 1, padding: 'valid', dataFormat: 'channelsLast', dilationRate: 1 } as const;
}

/** Places that a kernel spans. */
export const span = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/** Zeros before and after an axis of n places. */
export function around(padding: Padding | 'causal', n: number, kernel: number, stride: number, dilation: number): [before: number, after: number] {
  if (padding === 'valid') return [0, 0];
  if (padding === 'causal') return [span(kernel, dilation) - 1, 0];
  const total = Math.max((Math.ceil(n / stride) - 1) * stride + span(kernel, dilation) - n, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** Paddings of two axes in the order of the operations: top, bottom, left, right. */
export function around2(padding: Padding, places: readonly number[], kernel: readonly number[], strides: readonly number[], dilation: readonly number[]): number[] {
  return [0, 1].flatMap((i) => around(padding, places[i] as number, kernel[i] as number, strides[i] as number, dilation[i] as number));
}

/** Refuses options that no window can have. */
export function checkWindow(name: string, sizes: Readonly<Record<string, number | readonly number[]>>, axes: number): void {
  for (const [key, value] of Object.entries(sizes)) {
    const list = typeof value === 'number' ? [value] : value;
    if (typeof value !== 'number' && list.length !== axes) throw new ConfigError(`${name}: ${key} needs ${axes} numbers, received ${list.length}`, { layer: name, received: value });
    for (const v of list) if (!Number.isInteger(v) || v < 1) throw new ConfigError(`${name}: ${key} must be whole numbers above 0, received ${v}`, { layer: name, received: value });
  }
  const most = (key: string) => Math.max(...[sizes[key] ?? 1].flat());
  if (most('strides') > 1 && most('dilationRate') > 1)
    throw new ConfigError(`${name}: strides and dilationRate can't both be above 1, received ${most('strides')} and ${most('dilationRate')}`, { layer: name });
}

export function checkPadding(name: string, padding: string, allowed: readonly string[]): void {
  if (!allowed.includes(padding)) throw new ConfigError(`${name}: padding must be ${allowed.map((a) => `'${a}'`).join(' or ')}, received '${padding}'`, { layer: name, received: padding });
}

/** Refuses a window that is larger than the padded input. */
export function checkFits(scope: Scope<never>, shape: readonly number[], places: readonly number[], kernel: readonly number[], dilation: readonly number[], padding: string): void {
  if (padding !== 'valid') return;
  kernel.forEach((k, i) => {
    if (span(k, dilation[i] as number) > (places[i] as number))
      scope.fail(`the window of ${span(k, dilation[i] as number)} is larger than axis ${i + 1} of the input; use padding: 'same' or a smaller window`, shape);
  });
}
