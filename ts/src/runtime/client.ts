// The engine as the facade sees it: calls that answer promises, wherever the engine runs.
import { EngineError, type MyelinError, ShapeError } from '../core/errors.js';
import type { Answer, Methods } from './host.js';

export type Result<K extends keyof Methods> = ReturnType<Methods[K]>;

export interface EngineClient {
  /** Whether this thread sees the engine's memory. */
  readonly memory: WebAssembly.Memory | null;
  readonly threads: number;
  readonly simd: string;
  readonly direct: boolean;
  /** False once the engine is gone. */
  readonly alive: boolean;
  /** Whether all threads have come; until then fewer compute. */
  readonly complete: boolean;
  call<K extends keyof Methods>(method: K, ...args: Parameters<Methods[K]>): Promise<Result<K>>;
  /** Runs a plan on inputs; on this thread if it's `quick`, which needs the engine here, or its memory and no other call. */
  predict(model: number, program: number, places: Uint32Array, inputs: readonly (Float32Array | Int32Array)[], quick: boolean): Promise<Float32Array[]>;
  /** A slice of a run; on this thread if the engine is here, if all of it is `quick`, or one step is and a worker is about to take the engine. */
  slice(quickStep: boolean, quick: boolean, ...args: Parameters<Methods['run_slice']>): Promise<Result<'run_slice'>>;
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

export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}

/** What an engine answered, or its error; `lose` hears of one that can't go on. */
export function settled(answer: Answer, lose: (reason: string) => void): unknown {
  if ('value' in answer) return answer.value;
  if (!answer.fatal) throw engineError(answer.error);
  lose(answer.error);
  throw lostError(answer.error);
}
