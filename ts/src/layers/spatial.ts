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

/** Runs `body` on a value with the channels last, whatever the format. */
export function channelsLast(x: Tensor, format: DataFormat, body: (x: Tensor) => Tensor): Tensor {
  if (format === 'channelsLast') return body(x);
  const rank = x.shape.length;
  const axes = Array.from({ length: rank - 2 }, (_, i) => i + 2);
  const y = body(ops.transpose(x, { perm: [0, ...axes, 1] }));
  return ops.transpose(y, { perm: [0, rank - 1, ...axes.map((a) => a - 1)] });
}
