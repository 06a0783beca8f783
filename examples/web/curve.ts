/** A curve that grows: losses over epochs, on a logarithmic scale. */
export class Curve {
  private readonly lines: { color: string; values: number[] }[] = [];
  private waiting = false;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  line(color: string): (value: number) => void {
    const values: number[] = [];
    this.lines.push({ color, values });
    return (value) => {
      values.push(value);
      this.later();
    };
  }
  clear(): void {
    for (const { values } of this.lines) values.length = 0;
    this.later();
  }

  /** Draws at most once a frame, however fast values come. */
  private later(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }
  private draw(): void {
    const { width, height } = this.canvas;
    const pen = this.canvas.getContext('2d') as CanvasRenderingContext2D;
    pen.clearRect(0, 0, width, height);
    const all = this.lines.flatMap(({ values }) => values).filter((v) => v > 0);
    if (!all.length) return;
    const low = Math.log10(Math.min(...all));
    const high = Math.max(Math.log10(Math.max(...all)), low + 1e-3);
    const longest = Math.max(2, ...this.lines.map(({ values }) => values.length));
    const y = (value: number) => 10 + (height - 20) * (1 - (Math.log10(Math.max(value, 1e-12)) - low) / (high - low));
    pen.font = '12px system-ui';
    pen.fillStyle = '#888';
    for (let power = Math.ceil(low); power <= high; power++) pen.fillText(`10^${power}`, 4, y(10 ** power) + 4);
    for (const { color, values } of this.lines) {
      pen.strokeStyle = color;
      pen.lineWidth = 1.5;
      pen.beginPath();
      values.forEach((value, i) => pen.lineTo(40 + ((width - 50) * i) / (longest - 1), y(value)));
      pen.stroke();
    }
  }
}
