// The engine as the facade sees it: calls that answer promises, wherever the engine runs.
import { EngineError, type MyelinError, ShapeError } from '../core/errors.js';
import { fill, outputs } from './places.js';
import type { Answer, Methods } from './host.js';
import { Fast } from './fast.js';
import { type EngineStart, Pool, startThread, type Thread, type WorkerSource } from './spawn.js';
import type { PoolWanted, Ready, Reply } from './worker.js';

export type { Methods } from './host.js';
export type Result<K extends keyof Methods> = ReturnType<Methods[K]>;

export interface EngineClient {
  /** Whether this thread sees the engine's memory. */
  readonly memory: WebAssembly.Memory | null;
  readonly threads: number;
  readonly simd: string;
  readonly direct: boolean;
  /** False once the engine is gone. */
  readonly alive: boolean;
  call<K extends keyof Methods>(method: K, ...args: Parameters<Methods[K]>): Promise<Result<K>>;
  /** Runs a plan on inputs; on this thread if it's `quick`, which needs the engine here, or its memory and no other call. */
  predict(model: number, program: number, places: Uint32Array, inputs: readonly (Float32Array | Int32Array)[], quick: boolean): Promise<Float32Array[]>;
  /** Copies an array into the engine; answers its address. */
  upload(data: Float32Array | Int32Array | Uint8Array): Promise<number>;
  /** The running slice ends after its current step. */
  stop(on: boolean): void;
  /** Keeps the process alive until the result is called. */
  hold(): () => void;
}

/** The error that an engine's JSON message describes. */
export function engineError(text: string): MyelinError {
  let said: { code?: string; layer?: string; message?: string };
  try {
    said = JSON.parse(text) as typeof said;
  } catch {
    said = { code: 'engine', message: text };
  }
  const message = said.message ?? text;
  const details = said.layer ? { layer: said.layer } : {};
  const where = said.layer && !message.includes(said.layer) ? `${said.layer}: ${message}` : message;
  return said.code === 'shape' ? new ShapeError(where, details) : new EngineError(said.code ?? 'engine', where, details);
}

export function lostError(reason: string): EngineError {
  return new EngineError('lost', `the engine stopped working (${reason}); the next call starts a new one, with the weights of the last finished epoch`);
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/** The engine in a worker of its own. */
export class WorkerClient implements EngineClient {
  readonly direct = false;
  alive = true;
  private readonly pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private next = 0;
  private holds = 0;
  private fast: Fast | null = null;

  private constructor(
    private readonly thread: Thread,
    private readonly pool: Pool,
    readonly threads: number,
    private readonly lock: Int32Array | null,
    private readonly module: WebAssembly.Module,
    private readonly ready: Ready,
  ) {}

  get memory(): WebAssembly.Memory | null {
    return this.ready.memory;
  }
  get simd(): string {
    return this.ready.simd;
  }

  /** Workers take as long to boot as the engine's code takes to load: both go on side by side. */
  static async start(loading: Promise<WebAssembly.Module>, threads: number, source: WorkerSource, shared: boolean, maxMemory: number | undefined, patience: number): Promise<WorkerClient> {
    let client: WorkerClient | undefined;
    let fail: (error: Error) => void = () => {};
    let answer: (message: unknown) => void = () => {};
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const lost = (error: Error) => (client ? client.lose(error.message) : fail(error));
    const thread = startThread(source, (message) => (client ? client.receive(message as Reply) : answer(message)), lost);
    const pool = new Pool(source, threads - 1, lost);
    const timer = setTimeout(() => fail(new Error(`no answer within ${patience / 1000} s`)), patience);
    const ready = (module: WebAssembly.Module) =>
      new Promise<Ready>((resolve) => {
        answer = (message) => {
          if ((message as PoolWanted).pool) pool.join((message as PoolWanted).pool).then(() => thread.post('pool'), fail);
          else if ((message as { failed?: string }).failed !== undefined) fail(new Error((message as { failed: string }).failed));
          else resolve(message as Ready);
        };
        thread.post({ role: 'engine', module, threads, maxMemory, lock } satisfies EngineStart);
      });
    const lock = shared ? new Int32Array(new SharedArrayBuffer(4)) : null;
    try {
      const module = await Promise.race([loading, failed]);
      client = new WorkerClient(thread, pool, threads, lock, module, await Promise.race([ready(module), failed]));
      thread.hold(false);
      return client;
    } catch (cause) {
      thread.terminate();
      pool.terminate();
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  }

  private receive({ id, ...answer }: Reply): void {
    const waiting = this.pending.get(id);
    this.pending.delete(id);
    if ('value' in answer) waiting?.resolve(answer.value);
    else if (answer.fatal) {
      waiting?.reject(lostError(answer.error));
      this.lose(answer.error);
    } else waiting?.reject(engineError(answer.error));
    this.release();
  }

  private lose(reason: string): void {
    if (!this.alive) return;
    this.alive = false;
    for (const { reject } of this.pending.values()) reject(lostError(reason));
    this.pending.clear();
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

  call<K extends keyof Methods>(method: K, ...args: Parameters<Methods[K]>): Promise<Result<K>> {
    if (!this.alive) return Promise.reject(lostError('it was lost before'));
    return new Promise((resolve, reject) => {
      const id = this.next++;
      this.pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      if (this.holds++ === 0) this.thread.hold(true);
      this.thread.post({ id, method, args });
    });
  }

  async predict(model: number, program: number, places: Uint32Array, inputs: readonly (Float32Array | Int32Array)[], quick: boolean): Promise<Float32Array[]> {
    const { memory } = this.ready;
    // What another call leaves or needs in the memory isn't touched.
    if (!memory || !this.alive || this.pending.size > 0) return this.call('predict', model, program, inputs);
    fill(memory, places, inputs);
    return (quick && this.predictHere(memory, model, program, places, inputs.length)) || this.call('predict', model, program, [], inputs.length);
  }
  private predictHere(memory: WebAssembly.Memory, model: number, program: number, places: Uint32Array, inputs: number): Float32Array[] | null {
    if (!this.lock || Atomics.compareExchange(this.lock, 0, 0, 1) !== 0) return null;
    try {
      this.fast ??= new Fast(this.module, memory, this.ready.address);
      this.fast.run(model, program);
      return outputs(memory, places, inputs);
    } finally {
      Atomics.store(this.lock, 0, 0);
      Atomics.notify(this.lock, 0);
    }
  }

  async upload(data: Float32Array | Int32Array | Uint8Array): Promise<number> {
    const address = await this.call('array_alloc', data.byteLength);
    if (this.memory) new Uint8Array(this.memory.buffer, address, data.byteLength).set(bytesOf(data));
    else await this.call('upload', address, bytesOf(data));
    return address;
  }

  stop(on: boolean): void {
    if (this.memory) Atomics.store(new Int32Array(this.memory.buffer), this.ready.stopFlag >> 2, on ? 1 : 0);
  }
}

/** What the direct client needs of the host; its code is loaded only when it is used. */
export interface DirectHost {
  readonly memory: WebAssembly.Memory;
  readonly threads: number;
  readonly simd: string;
  readonly stopFlag: number;
  call(method: keyof Methods, args: readonly unknown[]): Answer;
}

/** The engine on the calling thread. */
export class DirectClient implements EngineClient {
  readonly direct = true;
  alive = true;
  constructor(
    private readonly host: DirectHost,
    private readonly pool: Pool,
  ) {}
  get memory(): WebAssembly.Memory {
    return this.host.memory;
  }
  get threads(): number {
    return this.host.threads;
  }
  get simd(): string {
    return this.host.simd;
  }
  now<K extends keyof Methods>(method: K, ...args: Parameters<Methods[K]>): Result<K> {
    const answer = this.host.call(method, args);
    if ('value' in answer) return answer.value as Result<K>;
    if (!answer.fatal) throw engineError(answer.error);
    this.alive = false;
    this.pool.terminate();
    throw lostError(answer.error);
  }
  async call<K extends keyof Methods>(method: K, ...args: Parameters<Methods[K]>): Promise<Result<K>> {
    return this.now(method, ...args);
  }
  predictNow(model: number, program: number, places: Uint32Array, inputs: readonly (Float32Array | Int32Array)[]): Float32Array[] {
    fill(this.memory, places, inputs);
    this.now('predict_run', model, program, false);
    return outputs(this.memory, places, inputs.length);
  }
  async predict(model: number, program: number, places: Uint32Array, inputs: readonly (Float32Array | Int32Array)[]): Promise<Float32Array[]> {
    return this.predictNow(model, program, places, inputs);
  }
  async upload(data: Float32Array | Int32Array | Uint8Array): Promise<number> {
    const address = this.now('array_alloc', data.byteLength);
    new Uint8Array(this.memory.buffer, address, data.byteLength).set(bytesOf(data));
    return address;
  }
  stop(on: boolean): void {
    new Int32Array(this.memory.buffer)[this.host.stopFlag >> 2] = on ? 1 : 0;
  }
  hold(): () => void {
    return () => {};
  }
}
