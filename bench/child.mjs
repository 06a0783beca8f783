// One engine doing one suite in a fresh process: `node child.mjs '{"engine":…,"suite":…,"threads":…,"seconds":…,"cases":[…]}'`,
// started by run.mjs, to which it sends its figures.
import { sample } from './measure.mjs';
import { copying, peakMeters } from './peak.mjs';
import { loadEngines, loadSuites } from './registry.mjs';

const FITS = 20;
let meters;

const measures = {
  /** Milliseconds per repetition, and the machine's peak before and after them: a busy neighbour slows all three. */
  async time(run, job, { bytes }) {
    meters ??= peakMeters(); // not before the engine is loaded, whose runtime may depend on flags
    const before = meters.fma(5);
    const samples = await sample(run, job.seconds);
    return { samples, peak: (before + meters.fma(5)) / 2, ...(bytes && { copying: copying() }) };
  },
  /** Once; the parent knows when this process was started. */
  async startup(run) {
    await run(1);
    await send({ done: true });
    return { samples: [] };
  },
  /** Bytes of the process, after the garbage was collected. */
  async memory(run, _, { part }) {
    const held = async () => {
      for (let i = 0; i < FITS; i++) await run(1);
      globalThis.gc?.();
      return process.memoryUsage().rss;
    };
    const [before, after] = [await held(), await held()];
    return { samples: [part === 'growth' ? after - before : after] };
  },
};

const send = (message) => new Promise((resolve) => process.send(message, resolve));

async function main(job) {
  const [engines, suites] = await Promise.all([loadEngines(), loadSuites()]);
  const cases = suites[job.suite].cases.filter((c) => job.cases.includes(c.name));
  const work = await engines[job.engine].open({ threads: job.threads });
  const results = {};
  for (const item of cases) {
    try {
      const run = await work[item.kind]?.(item.spec());
      if (run) results[item.name] = await measures[item.measure ?? 'time'](run, job, item);
    } catch (error) {
      results[item.name] = { error: String(error?.message ?? error).split('\n')[0] };
    }
  }
  await send({ results });
}

await main(JSON.parse(process.argv[2])).catch((error) => send({ error: String(error?.stack ?? error) }));
process.exit(0); // engines leave workers behind
