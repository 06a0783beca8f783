// Why the loss of a step is no number: the first layer, from the input on, whose answer isn't. Loaded when it happens.
import { DataError } from '../core/errors.js';
import { ops } from '../core/ops.generated.js';
import type { Metric as Pair } from '../core/program.js';
import type { Tensor } from '../core/tensor.js';
import { all, float, number, size } from '../core/values.js';
import { traced } from './compile.js';
import type { Core } from './core.js';
import { type Plan, Run } from './session.js';
import { Pace } from './slices.js';
import { type Table, wanted } from './table.js';

const LARGEST = 3.4028234e38;

/** A run that met such a step, of rows of a table; the step's epoch, and its place in there from 0. */
export interface BrokenRun {
  readonly core: Core;
  readonly table: Table;
  readonly run: Run;
  readonly epoch: number;
  readonly batch: number;
}

interface Seen {
  readonly path: string;
  /** Numbers that are NaN or infinite. */
  readonly invalid: number;
  readonly largest: number;
}

/** What each layer answers to the rows of the step, with the weights as they are. */
async function answers({ core, table, run: { session, options }, epoch, batch }: BrokenRun): Promise<Seen[]> {
  const paths: string[] = [];
  const program = async (rows: number): Promise<Plan> => {
    paths.length = 0;
    const pairs: Pair[] = [];
    const want = wanted('train', table, rows);
    const { program, trace, inputs } = traced(want, session.indices);
    const measure = (name: string, x: Tensor, numerator: Tensor) => pairs.push({ name, numerator, denominator: number(x, 1) });
    trace.watch = (path, outputs) => {
      for (const output of outputs) {
        const sizes = ops.abs(float(output));
        paths.push(path);
        measure('finite', sizes, ops.sum(ops.lessEqual(sizes, number(sizes, LARGEST)), all(sizes)));
        measure('size', sizes, number(sizes, size(output.shape)));
        measure('largest', sizes, ops.max(sizes, all(sizes)));
      }
    };
    core.graph.trace(trace, inputs);
    return { id: await session.add(program.bytes({ outputs: [], metrics: pairs })), want, pace: new Pace(Number.POSITIVE_INFINITY) };
  };
  const rest = (options.rows[1] - options.rows[0]) % options.batch;
  const plans = [await program(options.batch), ...(rest ? [await program(rest)] : [])];
  try {
    const run = await Run.open(session, { ...options, train: false, epochs: [epoch, epoch + 1], collect: false, plan: plans[0] as Plan, tail: plans[1] ?? null });
    try {
      if (batch > 0) await run.slice(batch, true);
      const before = batch > 0 ? await run.metrics() : [];
      const { completed } = await run.slice(1, true);
      const after = completed[0] ?? (await run.metrics());
      // Means over the steps so far; the last step's own value is what they have changed by.
      const own = after.map((mean, i) => mean * (batch + 1) - (before[i] ?? 0) * batch);
      return paths.map((path, i) => ({ path, invalid: Math.round((own[3 * i + 1] as number) - (own[3 * i] as number)), largest: own[3 * i + 2] as number }));
    } finally {
      await run.close();
    }
  } finally {
    for (const { id } of plans) await session.client.call('program_free', session.id, id);
  }
}

/** The first weight with a number that isn't finite. */
async function invalidWeight({ core, run: { session } }: BrokenRun): Promise<string | undefined> {
  const values = await session.client.call('weights_get', session.id);
  return core.graph.variables.find(({ weight }) => {
    const from = session.offsets.get(weight) as number;
    return !values.subarray(from, from + weight.size).every(Number.isFinite);
  })?.path;
}

const ADVICE = 'lower the learning rate, clip gradients (clipnorm), or scale inputs and labels to about 1';

/** The error for a step whose loss is no finite number. */
export async function invalidLoss(broken: BrokenRun): Promise<DataError> {
  const [loss = Number.NaN] = await broken.run.metrics();
  const what = `the loss is ${Number.isNaN(loss) ? 'NaN' : loss} in epoch ${broken.epoch + 1}, batch ${broken.batch + 1}`;
  const kept = 'The weights are those before this batch.';
  const path = await invalidWeight(broken);
  if (path) {
    const layer = path.slice(0, path.lastIndexOf('/'));
    return new DataError(`${what}: the weight '${path}' holds NaN or Infinity; ${ADVICE}. ${kept}`, { layer, received: loss });
  }
  const seen = await answers(broken);
  const first = seen.find(({ invalid }) => invalid > 0);
  if (first)
    return new DataError(`${what}: the first layer that answers NaN or Infinity is '${first.path}', in ${first.invalid} of its numbers; ${ADVICE}. ${kept}`, { layer: first.path, received: loss });
  const most = seen.reduce((a, b) => (b.largest > a.largest ? b : a));
  return new DataError(`${what}: every layer answers finite numbers, up to ${most.largest.toPrecision(2)} in '${most.path}', and the loss of them is none; ${ADVICE}. ${kept}`, {
    layer: most.path,
    received: loss,
  });
}
