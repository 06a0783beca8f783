// Records of a run: what is kept, compared and printed.
import { readFileSync, writeFileSync } from 'node:fs';
import { median } from './measure.mjs';

/** Units of which more is better. */
export const rising = (unit) => unit === 'GFLOP/s' || unit === 'steps/s';

/** How many times better `a` is than `b`. */
export const better = (unit, a, b) => (rising(unit) ? a / b : b / a);

/** Arithmetic against the peak of one core; time per element in operations of that peak. */
function ratioToPeak(item, ms, peak) {
  if (!peak) return null;
  if (item.unit === 'ns/element') return item.figure(ms) * peak;
  return item.flops ? item.flops / ms / 1e6 / peak : null;
}

/**
 * One record from the rounds of a case: `rounds` holds, per fresh process, the milliseconds of its samples and the peak measured
 * beside them. `median`, `min` and `max` are over the processes, each standing for the median of its own samples.
 */
export function makeRecord(suite, item, { engine, version, threads, node }, rounds) {
  const times = rounds.map((round) => median(round.samples));
  const figures = rounds.map((round, i) => item.figure(times[i], round));
  const ratios = rounds.map((round, i) => ratioToPeak(item, times[i], round.peak)).filter((ratio) => ratio !== null);
  return {
    suite,
    case: item.name,
    engine,
    version,
    threads,
    node,
    unit: item.unit,
    median: round(median(figures)),
    min: round(Math.min(...figures)),
    max: round(Math.max(...figures)),
    n: figures.length,
    ratioToPeak: ratios.length ? round(median(ratios)) : null,
  };
}

const round = (value) => Number(value.toPrecision(4));

/** One record a line, so that a change shows as a line. */
export const save = (file, records) => writeFileSync(file, `[\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n]\n`);

export const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
