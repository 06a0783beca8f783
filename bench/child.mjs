// One engine doing one suite in a fresh process: `node child.mjs '{"engine":…,"suite":…,"files":[…],"threads":…,"seconds":…,"cases":[…]}'`,
// started by run.mjs, to which it sends its figures. It loads what it needs and no more, because its start may be what is measured.
import { writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { median, sample } from './measure.mjs';

const FITS = 20;
/** Seconds that a case beside a crowd takes at least. */
const CROWDED = 3;
let peak;
let meters;

const measures = {
  /** Milliseconds per repetition, and what the machine can do before, between and after them: a busy neighbour slows all of it. */
  async time(run, job, { copied, busy }, kind = 'fma') {
    peak ??= await import('./peak.mjs'); // not before the engine is loaded, whose runtime may depend on flags
    meters ??= peak.peakMeters();
    const [peaks, copies, copy] = [[], [], copied && peak.copyMeter(copied)];
    const compare = () => {
      peaks.push(meters[kind](3));
      if (copy) copies.push(copy());
    };
    compare();
    const disperse = busy ? crowd() : () => {};
    // The scheduler gives whoever slept before some time ahead of the crowd, which isn't the machine.
    const samples = await (busy ? sample(run, Math.max(job.seconds, CROWDED)) : sample(run, job.seconds, compare)).finally(disperse);
    compare();
    return { samples, peak: median(peaks), ...(copy && { copying: median(copies) }) };
  },
  /** Once; the parent knows when this process was started. */
  async startup(run) {
    await run(1);
    send({ done: true });
    return { samples: [] };
  },
  /** Bytes of the process, after the garbage was collected. */
  async memory(run, _, { part }) {
    // Not a flag of the process: those make Node compile its own modules anew.
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    const held = async () => {
      for (let i = 0; i < FITS; i++) await run(1);
      collect();
      return process.memoryUsage().rss;
    };
    const [before, after] = [await held(), await held()];
    return { samples: [part === 'growth' ? after - before : after] };
  },
};

/** As many processes as there are cores, each of which would take one of its own; answers how to end them. */
function crowd() {
  const others = Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  return () => others.forEach((other) => other.kill('SIGKILL'));
}

/** A line to the parent; Node's own channel between processes takes 20 ms to set up. */
const send = (message) => writeFileSync(3, `${JSON.stringify(message)}\n`);

async function main(job) {
  const [{ engines }, { suite }] = await Promise.all(job.files.map((file) => import(file)));
  const cases = suite.cases.filter((c) => job.cases.includes(c.name));
  const work = await engines[job.engine].open({ threads: job.threads });
  const results = {};
  for (const item of cases) {
    try {
      const run = await work[item.kind]?.(item.spec());
      if (run && item.measure !== 'startup') await work.ready?.();
      if (run) results[item.name] = await measures[item.measure ?? 'time'](run, job, item, engines[job.engine].peak);
    } catch (error) {
      results[item.name] = { error: String(error?.message ?? error).split('\n')[0] };
    }
  }
  send({ results });
}

await main(JSON.parse(process.argv[2])).catch((error) => send({ error: String(error?.stack ?? error) }));
process.exit(0); // engines leave workers behind
