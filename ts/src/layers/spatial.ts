// What layers over places share: pairs of sizes, and where the channels are.
import { ConfigError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Tensor } from '../core/tensor.js';

/** Where the channels of an image are. */
export type DataFormat = 'channelsLast' | 'channelsFirst';
/** One number, one per axis, or one per side of each axis. */
export type Sides = number | readonly (number | readonly [number, number])[];

/** Numbers before and after each of `places` axes. */
export function sides(given: Sides, places: number, name: string): readonly (readonly [number, number])[] {
  const list: readonly (number | readonly [number, number])[] =
    typeof given === 'number' ? new Array<number>(places).fill(given) : places === 1 && given.length === 2 && typeof given[0] === 'number' ? [given as unknown as [number, number]] : given;
  if (list.length !== places) throw new ConfigError(`${name}: ${places} sizes are needed, received ${list.length}`, { layer: name, received: given });
  return list.map((side) => (typeof side === 'number' ? [side, side] : side));
}

/** Index of the first axis of places. */
export const firstPlace = (format: DataFormat): number => (format === 'channelsLast' ? 1 : 2);

/** The value with its channels last; they stand behind `leading` axes otherwise. */
export function toLast(x: Tensor, format: DataFormat, leading = 1): Tensor {
  if (format === 'channelsLast') return x;
  const order = x.shape.map((_, i) => i);
  return ops.transpose(x, { perm: [...order.filter((i) => i !== leading), leading] });
}

/** The way back. */
export function fromLast(x: Tensor, format: DataFormat, leading = 1): Tensor {
  if (format === 'channelsLast') return x;
  const order = x.shape.map((_, i) => i).slice(0, -1);
  return ops.transpose(x, { perm: [...order.slice(0, leading), order.length, ...order.slice(leading)] });
}

/** Runs `body` on a value with the channels last, whatever the format. */
export const channelsLast = (x: Tensor, format: DataFormat, body: (x: Tensor) => Tensor): Tensor => fromLast(body(toLast(x, format)), format);
