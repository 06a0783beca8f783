// Where time and memory go: the plan after fusion, and how long its records take.
import type { Core, Given } from './core.js';
import { type Plan, Run, type Session } from './session.js';
import { plans, upload, wholeNumber } from './table.js';

/** One record of a plan: a kernel, or several fused into one. */
export interface PlanRecord {
  readonly kernel: string;
  /** Path of the layer that it works for. */
  readonly layer: string;
  /** Parts that threads can share. */
  readonly chunks: number;
  /** Arithmetic operations of one run. */
  readonly flops: number;
  /** Bytes read and written. */
  readonly bytes: number;
}

/** A compiled training step. */
export interface Explanation {
  readonly records: readonly PlanRecord[];
  /** Memory of the activations. */
  readonly arenaBytes: number;
  /** The least that any layout of them could need. */
  readonly arenaLowerBound: number;
  /** Operations that became part of another's record. */
  readonly fused: number;
  readonly batch: number;
  /** The same as a table. */
  toString(): string;
}

/** A record with its time. */
export interface ProfileRecord extends PlanRecord {
  /** Microseconds of one step. */
  readonly us: number;
  /** Billions of operations per second. */
  readonly gflops: number;
}

/** Times of a training step, record by record. */
export interface Profile {
  readonly records: readonly ProfileRecord[];
  /** Threads that shared the step: one alone if it is too small. */
  readonly threads: number;
  /** Microseconds of the whole step. */
  readonly us: number;
  /** As a table, slowest first. */
  toString(): string;
  /** As a Chrome trace: JSON that Perfetto and chrome://tracing open. */
  toTrace(): string;
}

export interface ProfileOptions {
  /** Default 32. */
  readonly batchSize?: number;
  /** Steps that are timed. Default 50. */
  readonly steps?: number;
  /** Most threads that share a step. Default all that `fit` has. */
  readonly threads?: number;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] as string).length)));
  const line = (cells: readonly string[]) => cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join('  ');
  return [line(head), widths.map((w) => '─'.repeat(w)).join('──'), ...rows.map(line)].join('\n');
}

type Described = Omit<Explanation, 'toString'>;

async function described(session: Session, plan: Plan): Promise<Described> {
  return JSON.parse(await session.client.call('plan_info', session.id, plan.id)) as Described;
}

function explained(info: Described): Explanation {
  return {
    ...info,
    toString() {
      const rows = info.records.map((r) => [r.kernel, r.layer, String(r.chunks), String(r.flops), String(r.bytes)]);
      const memory = `arena ${info.arenaBytes} bytes (at least ${info.arenaLowerBound}), ${info.fused} operations fused, batch ${info.batch}`;
      return `${table(['kernel', 'layer', 'chunks', 'flops', 'bytes'], rows)}\n${memory}`;
    },
  };
}

/** Times each record over some steps; weights and optimizer are as before afterwards. */
export async function profile(core: Core, x: Given, y: Given, o: ProfileOptions): Promise<Profile> {
  const steps = wholeNumber(o.steps ?? 50, 1, 'profile: steps');
  if (o.threads !== undefined) wholeNumber(o.threads, 1, 'profile: threads');
  return inspected(core, x, y, core.batchSize(o.batchSize, 'profile'), async (session, run, plan) => {
    const { client, id } = session;
    const weights = await client.call('weights_get', id);
    const state = await client.call('optimizer_state', id);
    const step = await client.call('step_get', id);
    const most = o.threads ?? client.threads;
    await run.profile(Math.min(steps, 10), most);
    const { threads, times } = await run.profile(steps, most);
    await client.call('weights_set', id, weights);
    await client.call('optimizer_state_set', id, state, step);
    const { records } = await described(session, plan);
    return timed(
      threads,
      records.map((r, i) => withTime(r, ((times[i] ?? 0) * 1000) / steps)),
    );
  });
}

const withTime = (record: PlanRecord, us: number): ProfileRecord => ({ ...record, us, gflops: us > 0 ? record.flops / us / 1000 : 0 });

function timed(threads: number, records: readonly ProfileRecord[]): Profile {
  const us = records.reduce((sum, r) => sum + r.us, 0);
  return {
    records,
    threads,
    us,
    toString() {
      const rows = [...records]
        .sort((a, b) => b.us - a.us)
        .map((r) => [r.kernel, r.layer, r.us.toFixed(1), `${((100 * r.us) / us).toFixed(1)} %`, r.gflops.toFixed(1), (r.bytes / r.us / 1000).toFixed(1)]);
      return `${table(['kernel', 'layer', 'µs', 'share', 'GF/s', 'GB/s'], rows)}\nstep ${us.toFixed(1)} µs on ${threads === 1 ? 'one thread' : `${threads} threads`}`;
    },
    toTrace() {
      let at = 0;
      const events = records.map((r) => {
        const event = { name: r.layer ? `${r.layer} · ${r.kernel}` : r.kernel, cat: 'kernel', ph: 'X', pid: 1, tid: 1, ts: at, dur: r.us, args: { flops: r.flops, bytes: r.bytes, gflops: r.gflops } };
        at += r.us;
        return event;
      });
      return JSON.stringify({ traceEvents: events, displayTimeUnit: 'ns' });
    },
  };
}

/** The plan of a training step for these data. */
export async function explain(core: Core, x: Given, y: Given, batchSize: number | undefined): Promise<Explanation> {
  return inspected(core, x, y, core.batchSize(batchSize, 'explain'), async (session, _, plan) => explained(await described(session, plan)));
}

async function inspected<T>(core: Core, x: Given, y: Given, batchSize: number, look: (session: Session, run: Run, plan: Plan) => Promise<T>): Promise<T> {
  const compiled = core.needCompiled('profile');
  const session = await core.session();
  const rows = await upload(core, session, x, y);
  try {
    const { plan, tail, batch } = await plans(session, compiled, 'train', rows, rows.rows, batchSize);
    const run = await Run.open(session, { plan, tail, train: true, rows: [0, rows.rows], batch, shuffle: false, epochs: [0, 1], seed: core.seed, collect: false, data: rows.arrays });
    try {
      return await look(session, run, plan);
    } finally {
      await run.close();
    }
  } finally {
    await session.release(rows.arrays);
  }
}
