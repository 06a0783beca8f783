// What the place that we run in can do.

/** What we use of Node's built-in modules, which Deno and Bun have too; asked for at run time so that bundlers see no import. */
export interface NodeWorker {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}
export interface NodePort {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  unref(): void;
}
interface Builtins {
  'node:worker_threads': { Worker: new (source: string, options: { eval: true; stderr?: boolean }) => NodeWorker; parentPort: NodePort | null };
  'node:os': { availableParallelism(): number };
  'node:v8': { setFlagsFromString(flag: string): void };
  'node:zlib': { gunzipSync(bytes: Uint8Array): Uint8Array<ArrayBuffer> };
  'node:fs/promises': {
    readFile(path: string): Promise<Uint8Array>;
    writeFile(path: string, bytes: Uint8Array): Promise<void>;
    mkdir(path: string, options: { recursive: true }): Promise<unknown>;
    rename(from: string, to: string): Promise<void>;
  };
}
interface ProcessLike {
  readonly versions?: { readonly node?: string; readonly v8?: string; readonly bun?: string };
  readonly type?: string;
  readonly stdout?: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown };
  getBuiltinModule?<K extends keyof Builtins>(name: K): Builtins[K];
}

export const processLike = (globalThis as { process?: ProcessLike }).process;

/** Node, Deno or Bun, and not the window of an Electron app. */
export const server = !!processLike?.versions?.node && processLike.type !== 'renderer' && typeof processLike.getBuiltinModule === 'function';

export function builtin<K extends keyof Builtins>(name: K): Builtins[K] {
  const module = processLike?.getBuiltinModule?.(name);
  if (!module) throw new Error(`${name} is not here`);
  return module;
}

/** Version of V8 in servers, as 13.6; else 0. */
const v8 = server && !processLike?.versions?.bun ? Number.parseFloat(processLike?.versions?.v8 ?? '0') : 0;

let flagged = false;
/** Node 20: its baseline compiler hangs with thread pools, and relaxed SIMD waits behind a flag. */
export function setFlags(): void {
  if (Math.floor(v8) !== 11 || flagged) return;
  flagged = true;
  const { setFlagsFromString } = builtin('node:v8');
  setFlagsFromString('--no-liftoff');
  setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/** Asks V8 (from Node 24 on) to pair 128-bit operations into 256-bit ones. Answers whether the flag was taken. */
export function setTurbo(): boolean {
  if (v8 < 13) return false;
  try {
    builtin('node:v8').setFlagsFromString('--experimental-wasm-revectorize');
    return true;
  } catch {
    return false;
  }
}

/**
 * Rows and columns of the tile that products are fastest with: 4 × 16 where vectors are paired; else 6 × 8, where multiply-adds are
 * fused and V8 is at least 13.6 (Node 24, Chrome 136). Others spill that one, and run at half the speed of 4 × 8.
 */
export function preferredTile(fused: boolean, paired: boolean): [rows: number, columns: number] {
  if (paired) return [4, 16];
  // Chrome's version is that of V8 without the point.
  const chrome = Number(/Chrom(?:e|ium)\/(\d+)/.exec(globalThis.navigator?.userAgent ?? '')?.[1] ?? 0) / 10;
  return fused && Math.max(v8, chrome) >= 13.6 ? [6, 8] : [4, 8];
}

/** A function of one relaxed multiply-add. */
const RELAXED = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11);
export const hasRelaxed = (): boolean => WebAssembly.validate(RELAXED);

/** Why memory can't be shared with workers here, or null if it can. */
export function whyNotShared(): string | null {
  if (server) return null;
  if (globalThis.crossOriginIsolated !== true) return 'the page is not cross-origin isolated';
  if (typeof SharedArrayBuffer === 'undefined') return 'this browser has no SharedArrayBuffer';
  const { port1 } = new MessageChannel();
  try {
    port1.postMessage(new SharedArrayBuffer(1));
    return null;
  } catch {
    return 'this browser does not share memory with workers';
  } finally {
    port1.close();
  }
}

/** All cores in servers, one less in browsers, where the page needs one; at least 1. */
export function defaultThreads(): number {
  if (server) return Math.max(1, builtin('node:os').availableParallelism());
  return Math.max(1, (globalThis.navigator?.hardwareConcurrency ?? 2) - 1);
}

/** More than the module asks for at its start. */
const INITIAL_PAGES = 64;

/** Linear memory, as large as the machine grants; browsers on phones reserve the maximum at once. */
export function makeMemory(maxBytes?: number): { readonly memory: WebAssembly.Memory; readonly limit: number } {
  let failure: unknown;
  for (let maximum = Math.min(65536, Math.ceil((maxBytes ?? 2 ** 32) / 65536)); maximum >= 512; maximum >>= 1) {
    try {
      return { memory: new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared: true }), limit: maximum * 65536 };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** Lets the thread do other things. */
export function breathe(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => void };
  if (setImmediate) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => {
      port1.close();
      resolve();
    };
    port1.postMessage(null);
  });
}
