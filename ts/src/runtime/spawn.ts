// Takes the place of wasm-bindgen-rayon's own worker snippet: starts the pool's threads as workers of the same source.
import { builtin, type NodeWorker, server } from './environment.js';

/** What a worker is told first. */
export type Start = PoolStart | EngineStart;
export interface PoolStart {
  readonly role: 'pool';
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly receiver: number;
}
export interface EngineStart {
  readonly role: 'engine';
  readonly module: WebAssembly.Module;
  readonly threads: number;
  readonly source: WorkerSource;
  readonly maxMemory: number | undefined;
  /** One cell: who holds the engine. */
  readonly lock: Int32Array | null;
}
/** The text of the worker script, or where it is. */
export type WorkerSource = { readonly text: string } | { readonly url: string };

/** The same few calls on both kinds of workers. */
export interface Thread {
  post(message: unknown, transfer?: readonly Transferable[]): void;
  /** A held process stays alive. */
  hold(held: boolean): void;
  terminate(): void;
}

export function startThread(source: WorkerSource, onMessage: (message: unknown) => void, onLost: (error: Error) => void): Thread {
  return server && 'text' in source ? nodeThread(source.text, onMessage, onLost) : webThread(source, onMessage, onLost);
}

function nodeThread(text: string, onMessage: (message: unknown) => void, onLost: (error: Error) => void): Thread {
  const { Worker } = builtin('node:worker_threads');
  const worker: NodeWorker = new Worker(text, { eval: true });
  worker.on('message', onMessage);
  worker.on('error', onLost);
  worker.on('exit', (code) => onLost(new Error(`the worker ended with code ${code}`)));
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    hold: (held) => (held ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

function webThread(source: WorkerSource, onMessage: (message: unknown) => void, onLost: (error: Error) => void): Thread {
  const url = 'url' in source ? source.url : URL.createObjectURL(new Blob([source.text], { type: 'text/javascript' }));
  const worker = new Worker(url);
  worker.onmessage = (event) => {
    // Not before the first message: Chromium may fetch the script late.
    if (!('url' in source)) URL.revokeObjectURL(url);
    onMessage(event.data);
  };
  worker.onerror = (event) => onLost(new Error(event.message || 'the worker could not start; a content security policy must allow worker-src blob:, or give init({ workerUrl })'));
  return { post: (message, transfer = []) => worker.postMessage(message, transfer as Transferable[]), hold: () => {}, terminate: () => worker.terminate() };
}

/** Source of the pool's workers; set before the pool is started. */
let source: WorkerSource | undefined;
/** Kept so that they are never collected. */
const pool: Thread[] = [];

export function setSource(from: WorkerSource): void {
  source = from;
}

interface PoolBuilder {
  numThreads(): number;
  receiver(): number;
  build(): void;
}

export async function startWorkers(module: WebAssembly.Module, memory: WebAssembly.Memory, builder: PoolBuilder): Promise<void> {
  const start: PoolStart = { role: 'pool', module, memory, receiver: builder.receiver() };
  await Promise.all(Array.from({ length: builder.numThreads() }, () => startPoolThread(start)));
  builder.build();
}

function startPoolThread(start: PoolStart): Promise<void> {
  return new Promise((resolve, reject) => {
    const ready = () => {
      thread.hold(false);
      resolve();
    };
    const thread = startThread(source as WorkerSource, ready, reject);
    pool.push(thread);
    thread.post(start);
  });
}
