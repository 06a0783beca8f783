/** Where a digit is drawn, and what the network gets of it: 8×8 shares of ink, made as those of the data set are. */
export class Pad {
  private readonly pen: CanvasRenderingContext2D;
  private last: [number, number] | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly small: HTMLCanvasElement,
    onChange: () => void,
  ) {
    this.pen = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
    Object.assign(this.pen, { lineWidth: 22, lineCap: 'round', lineJoin: 'round', strokeStyle: '#000' });
    const place = (event: PointerEvent): [number, number] => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
    };
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.last = place(event);
      this.stroke(this.last, this.last);
      onChange();
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!this.last) return;
      const to = place(event);
      this.stroke(this.last, to);
      this.last = to;
      onChange();
    });
    for (const end of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(end, () => (this.last = null));
  }

  private stroke(from: readonly [number, number], to: readonly [number, number]): void {
    this.pen.beginPath();
    this.pen.moveTo(...from);
    this.pen.lineTo(...to);
    this.pen.stroke();
  }
  clear(): void {
    this.pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.small.getContext('2d')?.clearRect(0, 0, 8, 8);
  }

  /** The box around the ink, or null on an empty pad. */
  private box(): [x: number, y: number, width: number, height: number] | null {
    const { width, height } = this.canvas;
    const { data } = this.pen.getImageData(0, 0, width, height);
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (let at = 0; at < width * height; at++) {
      if ((data[4 * at + 3] as number) < 128) continue;
      const [x, y] = [at % width, Math.floor(at / width)];
      [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    }
    return right < 0 ? null : [left, top, right - left + 1, bottom - top + 1];
  }

  /** 64 numbers from 0 to 1: the ink's box scaled to 32×32 dots, counted in blocks of 4×4. */
  pixels(): Float32Array | null {
    const box = this.box();
    if (!box) return null;
    const [x, y, width, height] = box;
    const scale = 32 / Math.max(width, height);
    const dots = new OffscreenCanvas(32, 32).getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
    dots.drawImage(this.canvas, x, y, width, height, 16 - (width * scale) / 2, 16 - (height * scale) / 2, width * scale, height * scale);
    const { data } = dots.getImageData(0, 0, 32, 32);
    const pixels = new Float32Array(64);
    for (let at = 0; at < 1024; at++) {
      const block = 8 * Math.floor(at / 128) + Math.floor((at % 32) / 4);
      if ((data[4 * at + 3] as number) >= 128) pixels[block] = (pixels[block] as number) + 1 / 16;
    }
    this.show(pixels);
    return pixels;
  }
  private show(pixels: Float32Array): void {
    const picture = new ImageData(8, 8);
    pixels.forEach((ink, i) => picture.data.set([0, 0, 0, 255 * ink], 4 * i));
    this.small.getContext('2d')?.putImageData(picture, 0, 0);
  }
}
