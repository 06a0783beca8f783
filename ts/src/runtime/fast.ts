import { EngineError } from '../core/errors.js';

/**
 * A second instance of the engine's code on this thread and on the same memory: a quick prediction runs here, without a
 * message and without the pool. The caller holds the engine's lock.
 */
export class Fast {
  private readonly exports: { engine_predict_run(engine: number, model: number, program: number, alone: boolean): [error: number, failed: number] };

  constructor(
    module: WebAssembly.Module,
    memory: WebAssembly.Memory,
    private readonly engine: number,
  ) {
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    for (const { module: room, name, kind } of WebAssembly.Module.imports(module)) {
      imports[room] ??= {};
      // The code that runs here calls nothing of JavaScript but to throw.
      (imports[room] as Record<string, WebAssembly.ImportValue>)[name] = kind === 'memory' ? memory : () => 0;
    }
    const { exports } = new WebAssembly.Instance(module, imports);
    (exports.__wbindgen_start as (stack: number) => void)(4 * 65536);
    this.exports = exports as unknown as Fast['exports'];
  }

  run(model: number, program: number): void {
    const [, failed] = this.exports.engine_predict_run(this.engine, model, program, true);
    if (failed) throw new EngineError('protocol', 'the prediction could not run');
  }
}
