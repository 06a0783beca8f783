// A progress bar on a terminal, in the manner of Keras. Loaded when one is to be seen.
import { processLike } from '../runtime/environment.js';

const WIDTH = 24;
const EVERY = 80;

function format(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(3) : value.toFixed(4);
}
/** Each behind a dash. */
const list = (logs: Readonly<Record<string, number>>): string =>
  Object.entries(logs)
    .map(([name, value]) => ` - ${name}: ${format(value)}`)
    .join('');

export class ProgressBar {
  private drawn = 0;
  private started = 0;

  constructor(
    private readonly level: 1 | 2,
    /** How many epochs there are, or what is done where there are none. */
    private readonly epochs: number | string,
    private readonly steps: number,
  ) {}

  private write(text: string): void {
    if (processLike?.stdout) processLike.stdout.write(text);
    else if (text.endsWith('\n')) console.log(text.trimEnd().replace(/^\r\S*K?/, ''));
  }

  begin(): void {
    this.started = performance.now();
    this.drawn = 0;
  }
  /** Redraws the line, not more often than the eye follows. */
  async step(epoch: number, done: number, logs: () => Promise<Readonly<Record<string, number>>>): Promise<void> {
    const now = performance.now();
    if (this.level !== 1 || !processLike?.stdout || now - this.drawn < EVERY) return;
    this.drawn = now;
    const filled = Math.floor((WIDTH * done) / this.steps);
    const bar = '━'.repeat(filled) + '─'.repeat(WIDTH - filled);
    const left = ((now - this.started) / Math.max(done, 1)) * (this.steps - done);
    this.write(`\r\x1b[2K${this.title(epoch)} ${done}/${this.steps} ${bar} ${(left / 1000).toFixed(0)}s${list(await logs())}`);
  }
  end(epoch: number, logs: Readonly<Record<string, number>>): void {
    const ms = performance.now() - this.started;
    const each = ms / this.steps;
    const clear = this.level === 1 && processLike?.stdout?.isTTY ? '\r\x1b[2K' : '';
    const pace = each < 1 ? `${(each * 1000).toFixed(0)}µs` : `${each.toFixed(1)}ms`;
    this.write(`${clear}${this.title(epoch)} ${this.steps}/${this.steps} ${'━'.repeat(WIDTH)} ${(ms / 1000).toFixed(1)}s ${pace}/step${list(logs)}\n`);
  }
  private title(epoch: number): string {
    return typeof this.epochs === 'number' ? `Epoch ${epoch + 1}/${this.epochs}` : this.epochs;
  }
}
