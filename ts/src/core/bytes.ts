/** A growing list of 32-bit words, the form in which everything reaches the engine. */
export class Words {
  private buffer = new Uint32Array(256);
  private floats = new Float32Array(this.buffer.buffer);
  private ints = new Int32Array(this.buffer.buffer);
  private length = 0;

  /** The next place; it may move the buffers, so it comes before they are touched. */
  private room(): number {
    if (this.length === this.buffer.length) {
      const old = this.buffer;
      this.buffer = new Uint32Array(2 * old.length);
      this.buffer.set(old);
      this.floats = new Float32Array(this.buffer.buffer);
      this.ints = new Int32Array(this.buffer.buffer);
    }
    return this.length++;
  }
  u32(...values: readonly number[]): this {
    for (const value of values) {
      const at = this.room();
      this.buffer[at] = value;
    }
    return this;
  }
  i32(value: number): this {
    const at = this.room();
    this.ints[at] = value;
    return this;
  }
  f32(...values: readonly number[]): this {
    for (const value of values) {
      const at = this.room();
      this.floats[at] = value;
    }
    return this;
  }
  /** A count, then the numbers. */
  list(values: readonly number[]): this {
    this.u32(values.length);
    for (const value of values) this.i32(value);
    return this;
  }
  /** A whole number up to 2⁵³ as low and high word. */
  u64(value: number): this {
    return this.u32(value >>> 0, Math.floor(value / 2 ** 32) >>> 0);
  }
  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    this.u32(bytes.length);
    const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
    padded.set(bytes);
    return this.u32(...new Uint32Array(padded.buffer));
  }
  words(): Uint32Array {
    return this.buffer.slice(0, this.length);
  }
  bytes(): Uint8Array {
    return new Uint8Array(this.words().buffer);
  }
}
