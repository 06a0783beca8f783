// One engine doing one suite in a fresh process: `node child.mjs '{"engine":…,"suite":…,"threads":…,"seconds":…,"cases":[…]}'`,
// started by run.mjs, to which it sends its figures.
import { sample } from './measure.mjs';
import { peak } from './peak.mjs';
import { loadEngines, loadSuites } from './registry.mjs';

const FITS = 20;

const measures = {
  /** Milliseconds per repetition. */
  time: (run, job) => sample(run, job.seconds),
  /** Once; the parent knows when this process was started. */
  async startup(run) {
    await run(1);
    await send({ done: true });
    return [];
  },
  /** Bytes of the process, after the garbage was collected. */
  async memory(run, _, { part }) {
    const held = async () => {
      for (let i = 0; i < FITS; i++) await run(1);
      globalThis.gc?.();
      return process.memoryUsage().rss;
    };
    const [before, after] = [await held(), await held()];
    return [part === 'growth' ? after - before : after];
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
  const timed = cases.some((item) => (item.measure ?? 'time') === 'time');
  await send({ results, peak: timed ? peak().fma : undefined });
}

await main(JSON.parse(process.argv[2])).catch((error) => send({ error: String(error?.stack ?? error) }));
process.exit(0); // engines leave workers behind
