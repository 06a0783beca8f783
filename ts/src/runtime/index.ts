import { ConfigError, EngineError } from '../core/errors.js';
import type { EngineClient } from './client.js';
import { DirectClient } from './direct_client.js';
import { defaultThreads, hasRelaxed, preferredTile, processLike, server, setFlags, setTurbo, whyNotShared } from './environment.js';
import { loadModule, type WasmSource } from './load_module.js';
import { Pool, type WorkerSource } from './spawn.js';
import { WorkerClient } from './worker_client.js';

/** How the engine is started. All optional; without a call the engine starts by itself with these defaults. */
export interface InitOptions {
  /** Whether the engine runs in a worker, so that the calling thread stays free. Default true. */
  worker?: boolean;
  /** Threads that compute. Default: all cores in servers, one less in browsers. */
  threads?: number;
  /** Uses only instructions that give the same bits on every machine. Default false. */
  strict?: boolean;
  /** Asks V8 for wider vectors where its flag exists (Node 24 and later); it changes the whole process. Default false. */
  turbo?: boolean;
  /** Where the engine's code comes from, if not from the package: an address, a response, bytes or a compiled module. */
  wasm?: WasmSource;
  /** Address of `myelin/worker.js`, for pages whose content policy forbids inline workers. */
  workerUrl?: string | URL;
  /** Largest memory in bytes. Default 4 GiB, or what the machine grants. */
  maxMemory?: number;
}

/** Something that could be better, why it isn't, and what to do. */
export interface Limitation {
  /** What isn't at its best. */
  readonly what: string;
  /** Why. */
  readonly reason: string;
  /** What to do. */
  readonly remedy: string;
}

/** What `runtime()` reports. */
export interface RuntimeReport {
  /** 'idle' until the first call that needs the engine, 'starting' until all its threads are there; it may work before. */
  readonly state: 'idle' | 'starting' | 'running' | 'lost';
  /** Which build of the engine runs, or would. */
  readonly payload: 'simd128' | 'relaxed';
  /** Vector instructions of the running engine. */
  readonly simd: string;
  /** Threads that compute. */
  readonly threads: number;
  /** Whether the engine runs in a worker. */
  readonly worker: boolean;
  /** Whether this thread and the engine's see the same memory. */
  readonly sharedMemory: boolean;
  /** Whether V8 was asked for wider vectors. */
  readonly turbo: boolean;
  /** Bytes of WebAssembly memory, where it can be seen from here. */
  readonly memoryBytes: number | null;
  /** What isn't at its best; empty if all is. */
  readonly limitations: readonly Limitation[];
}

let options: InitOptions = {};
let engine: Promise<EngineClient> | undefined;
let current: EngineClient | undefined;
let turbo = false;

function check(given: InitOptions): void {
  const { threads, maxMemory } = given;
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1 || threads > 256)) {
    throw new ConfigError(`init: threads must be a whole number from 1 to 256, received ${threads}`, { received: threads });
  }
  if (maxMemory !== undefined && !(maxMemory >= 2 ** 25)) throw new ConfigError(`init: maxMemory must be at least 32 MiB, received ${maxMemory}`, { received: maxMemory });
}

/**
 * Starts the engine now, or with other options than the defaults. Without it the first call that needs the engine starts it.
 * @throws {ConfigError} when the engine runs already with other options.
 * @example
 * await init({ threads: 2 });
 */
export async function init(given: InitOptions = {}): Promise<void> {
  check(given);
  if (engine && current?.alive !== false) {
    const changed = (Object.keys(given) as (keyof InitOptions)[]).find((key) => given[key] !== options[key]);
    if (changed) throw new ConfigError(`init: the engine runs already; '${changed}' must be given before the first call that needs it`);
  } else {
    options = { ...given };
  }
  await getEngine();
}

/** The running engine; started at the first call and again after it was lost. */
export function getEngine(): Promise<EngineClient> {
  if (!engine || current?.alive === false) {
    current = undefined;
    const starting = start();
    engine = starting;
    starting.then(
      (client) => {
        current = client;
      },
      () => {
        if (engine === starting) engine = undefined;
      },
    );
  }
  return engine;
}

/** The running engine, if it runs. */
export function engineNow(): EngineClient | undefined {
  return current?.alive ? current : undefined;
}

function threadsWanted(): number {
  const wanted = options.threads ?? defaultThreads();
  // On a browser's own thread nothing may wait, so nothing can be shared.
  return whyNotShared() || (options.worker === false && !server) ? 1 : wanted;
}
const payloadWanted = (): 'simd128' | 'relaxed' => (!options.strict && hasRelaxed() ? 'relaxed' : 'simd128');

async function start(): Promise<EngineClient> {
  setFlags();
  if (options.turbo) turbo = setTurbo();
  const threads = threadsWanted();
  const source = await workerSource();
  const loading = loadModule(payloadWanted(), options.wasm);
  loading.catch(() => {}); // whoever awaits it learns of the error
  const shared = whyNotShared() === null;
  try {
    const inWorker = (patience: number) => WorkerClient.start(loading, { threads, source, shared, maxMemory: options.maxMemory, patience });
    const client = await (options.worker === false ? startHere(loading, threads, source) : retried(inWorker));
    await client.call('prefer_tile', ...preferredTile(payloadWanted() === 'relaxed', turbo));
    return client;
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw new EngineError('start', `the engine could not start: ${(cause as Error).message}`, { cause });
  }
}

async function startHere(loading: Promise<WebAssembly.Module>, threads: number, source: WorkerSource): Promise<EngineClient> {
  const pool = new Pool(source, threads - 1);
  pool.boot();
  const [{ Host }, module] = await Promise.all([import('./host.js'), loading]);
  const host = Host.start(module, threads, options.maxMemory);
  await host.join((start) => pool.join(start));
  return new DirectClient(host, pool);
}

async function workerSource(): Promise<WorkerSource> {
  if (options.workerUrl) return { url: String(options.workerUrl) };
  return { text: (await import('./worker_source.js')).source };
}

/** Browsers sometimes lose the start of a pool when engines come and go quickly: another try cures it. */
async function retried(attempt: (patience: number) => Promise<EngineClient>): Promise<EngineClient> {
  if (server) return attempt(60_000);
  for (const patience of [5_000, 10_000]) {
    try {
      return await attempt(patience);
    } catch (error) {
      if (!/no answer/.test((error as Error).message)) throw error;
    }
  }
  return attempt(30_000);
}

function limitations(): Limitation[] {
  const list: Limitation[] = [];
  const unshared = whyNotShared();
  if (unshared) {
    const remedy = 'serve the page with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
    list.push({ what: 'one thread', reason: unshared, remedy });
  } else if (options.worker === false && !server) {
    list.push({ what: 'one thread', reason: "a browser's own thread may not wait", remedy: 'leave out init({ worker: false })' });
  }
  if (!hasRelaxed()) {
    const node = processLike?.versions?.node;
    const remedy = node ? 'use Node 22 or later' : 'use a browser with relaxed SIMD (Chrome, Edge, Firefox)';
    list.push({ what: 'no fused multiply-add', reason: 'this runtime has no relaxed SIMD', remedy });
  } else if (options.strict) list.push({ what: 'no fused multiply-add', reason: 'init({ strict: true })', remedy: 'leave it out where the same bits on all machines do not matter' });
  if (options.turbo && !turbo) list.push({ what: 'no wider vectors', reason: "this runtime has no flag for V8's revectorizer", remedy: 'use Node 24 or later' });
  return list;
}

/**
 * What runs here: payload, instructions, threads, memory, and for everything that isn't at its best the reason and the remedy.
 * @example
 * console.log(runtime().threads, runtime().limitations);
 */
export function runtime(): RuntimeReport {
  const payload = payloadWanted();
  return {
    state: current?.alive === false ? 'lost' : current?.complete ? 'running' : engine ? 'starting' : 'idle',
    payload,
    simd: current?.simd ?? payload,
    threads: current?.threads ?? threadsWanted(),
    worker: options.worker !== false,
    sharedMemory: current ? current.memory !== null && !current.direct : whyNotShared() === null && options.worker !== false,
    turbo,
    memoryBytes: current?.memory?.buffer.byteLength ?? null,
    limitations: limitations(),
  };
}

export type { EngineClient } from './client.js';

/** Memory of the engine: bytes in use, and the most that ever were. */
export async function memory(): Promise<{ live: number; peak: number }> {
  const [live = 0, peak = 0] = await (await getEngine()).call('memory');
  return { live, peak };
}
