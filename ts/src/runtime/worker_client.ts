// The engine behind messages to a worker.
import { bytesOf, type EngineClient, lostError, type Result, settled } from './client.js';
import { breathe, server } from './environment.js';
import type { Answer, Host, Methods } from './host.js';
import { fill, outputs } from './places.js';
import { type EngineStart, Pool, startThread, type Thread, type WorkerSource } from './spawn.js';
import type { Message, Ready, Reply } from './worker.js';

type Names = ReadonlySet<keyof Methods>;
/** Calls that may take long: the thread of the facade leaves them to the worker. */
const LONG: Names = new Set<keyof Methods>(['run_slice', 'run_profile', 'predict']);
/** Calls that are done before a message would have come and gone. */
const BRIEF: Names = new Set<keyof Methods>([
  'array_alloc',
  'array_free',
  'run_create',
  'run_metrics',
  'run_output',
  'run_free',
  'predict_io',
  'program_cost',
  'learning_rate_get',
  'learning_rate_set',
  'step_get',
]);
/** Numbers that are looked through in such a time. */
const FEW = 1 << 16;

/** A promise, and how it is settled. */
function later<T>() {
  let [resolve, reject] = [(_: T) => {}, (_: Error) => {}];
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}

/** How an engine in a worker is started. */
export interface WorkerOptions {
  readonly threads: number;
  readonly source: WorkerSource;
  /** Whether this thread and the worker can see the same memory. */
  readonly shared: boolean;
  readonly maxMemory: number | undefined;
  /** Milliseconds that the worker may take. */
  readonly patience: number;
}

/**
 * The engine in a worker of its own. Servers take long to boot one: there the engine starts on this thread, which already makes models,
 * plans and small steps, and the worker takes it over when it is there.
 */
export class WorkerClient implements EngineClient {
  readonly direct = false;
  alive = true;
  complete = false;
  /** Whether the worker has the engine. */
  private booted = false;
  private readonly pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private next = 0;
  private holds = 0;

  private constructor(
    private readonly thread: Thread,
    private readonly pool: Pool,
    private readonly lock: Int32Array | null,
    private readonly engine: Ready,
    /** The engine from this thread, where memory is shared: for all calls until the worker has it, then for those that are quick. */
    private readonly here: Host | null,
  ) {}

  get memory(): WebAssembly.Memory | null {
    return this.engine.memory;
  }
  get threads(): number {
    return this.engine.threads;
  }
  get simd(): string {
    return this.engine.simd;
  }

  /** Workers boot while the engine's code is loaded. */
  static async start(loading: Promise<WebAssembly.Module>, { threads, source, shared, maxMemory, patience }: WorkerOptions): Promise<WorkerClient> {
    let client: WorkerClient | undefined;
    const [failed, booted] = [later<never>(), later<Ready>()];
    const lost = (error: Error) => (client ? client.lose(error.message) : failed.reject(error));
    const receive = (message: Message) => {
      if ('id' in message) client?.receive(message);
      else if ('pool' in message) pool.join(message.pool).then(() => thread.post('pool'), lost);
      else if ('failed' in message) lost(new Error(message.failed));
      else if ('complete' in message) {
        if (client) client.complete = true;
      } else {
        clearTimeout(timer);
        booted.resolve(message);
        if (client) client.booted = true;
      }
    };
    const thread = startThread(source, (message) => receive(message as Message), lost);
    const pool = new Pool(source, threads - 1, lost);
    const timer = setTimeout(() => lost(new Error(`no answer within ${patience / 1000} s`)), patience);
    // In servers a timer would keep the process alive.
    (timer as { unref?(): void }).unref?.();
    const lock = shared ? new Int32Array(new SharedArrayBuffer(4)) : null;
    try {
      if (!server) pool.boot();
      const [module, room] = await Promise.race([Promise.all([loading, shared ? import('./host.js') : null]), failed.promise]);
      const early = server && room ? room.Host.start(module, threads, maxMemory) : null;
      thread.post({ role: 'engine', module, threads, maxMemory, lock, engine: early?.place ?? null } satisfies EngineStart);
      const engine = early?.place ?? (await Promise.race([booted.promise, failed.promise]));
      const { memory } = engine;
      const here = early ?? (room && memory && room.Host.adopt(module, { ...engine, memory }));
      client = new WorkerClient(thread, pool, lock, engine, here);
      client.booted = !early;
      thread.hold(false);
      return client;
    } catch (cause) {
      clearTimeout(timer);
      thread.terminate();
      pool.terminate();
      throw cause;
    }
  }

  private receive({ id, ...answer }: Reply): void {
    const waiting = this.pending.get(id);
    this.pending.delete(id);
    try {
      waiting?.resolve(this.settled(answer));
    } catch (error) {
      waiting?.reject(error as Error);
    }
    this.release();
  }

  private settled(answer: Answer): unknown {
    return settled(answer, (reason) => this.lose(reason));
  }

  private lose(reason: string): void {
    if (!this.alive) return;
    this.alive = false;
    for (const { reject } of this.pending.values()) reject(lostError(reason));
    this.pending.clear();
    this.here?.forget();
    this.thread.terminate();
    this.pool.terminate();
  }

  hold(): () => void {
    if (this.holds++ === 0) this.thread.hold(true);
    let held = true;
    return () => {
      if (held) this.release();
      held = false;
    };
  }
  private release(): void {
    if (--this.holds === 0) this.thread.hold(false);
  }

  async call<K extends keyof Methods>(method: K, ...args: Parameters<Methods[K]>): Promise<Result<K>> {
    if (!this.alive) throw lostError('it was lost before');
    const brief = this.booted ? BRIEF.has(method) || (method === 'array_check' && (args[1] as number) <= FEW) : !LONG.has(method);
    const answer = brief ? this.atOnce(method, args) : null;
    return (answer ? this.settled(answer) : await this.ask(method, args)) as Result<K>;
  }
  /** A call on this thread, if the engine is free. */
  private atOnce(method: keyof Methods, args: readonly unknown[]): Answer | null {
    const { lock, here } = this;
    // What another call leaves or needs in the memory isn't touched.
    if (!this.alive || !lock || !here || this.pending.size > 0 || Atomics.compareExchange(lock, 0, 0, 1) !== 0) return null;
    try {
      return here.call(method, args);
    } finally {
      Atomics.store(lock, 0, 0);
      Atomics.notify(lock, 0);
    }
  }
  private ask(method: keyof Methods, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.next++;
      this.pending.set(id, { resolve, reject });
      if (this.holds++ === 0) this.thread.hold(true);
      this.thread.post({ id, method, args });
    });
  }

  async predict(model: number, program: number, places: Uint32Array, inputs: readonly (Float32Array | Int32Array)[], quick: boolean): Promise<Float32Array[]> {
    const { memory } = this;
    if (!memory || !this.alive || this.pending.size > 0) return this.call('predict', model, program, inputs);
    fill(memory, places, inputs);
    const answer = quick ? this.atOnce('predict_run', [model, program, true]) : null;
    if (!answer) return this.call('predict', model, program, [], inputs.length);
    this.settled(answer);
    return outputs(memory, places, inputs.length);
  }

  async slice(quickStep: boolean, quick: boolean, run: number, most: number, untilEpochEnd: boolean, alone: boolean): Promise<Result<'run_slice'>> {
    const answer = quick || (quickStep && !this.booted) ? this.atOnce('run_slice', [run, most, untilEpochEnd, true]) : null;
    if (!answer) return this.call('run_slice', run, most, untilEpochEnd, alone);
    const progress = this.settled(answer);
    // Meanwhile the worker's word that it has booted is heard, and whatever else waits.
    await breathe();
    return progress as Result<'run_slice'>;
  }

  async upload(data: Float32Array | Int32Array | Uint8Array): Promise<number> {
    const address = await this.call('array_alloc', data.byteLength);
    if (this.memory) new Uint8Array(this.memory.buffer, address, data.byteLength).set(bytesOf(data));
    else await this.call('upload', address, bytesOf(data));
    return address;
  }

  stop(on: boolean): void {
    if (this.memory) Atomics.store(new Int32Array(this.memory.buffer), this.engine.stopFlag >> 2, on ? 1 : 0);
  }
}
