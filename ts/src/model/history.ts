/** What a fit leaves: the metrics of each epoch, and how to get the same run again. */
export class History<K extends string = string> {
  /** Metrics by name, one number per epoch. */
  readonly history: { [P in K]: number[] } = {} as { [P in K]: number[] };
  /** Numbers of the epochs, from 0. */
  readonly epoch: number[] = [];
  constructor(
    /** Seed of shuffling, dropout and noise. */
    readonly seed: number,
  ) {}

  /** @internal */
  add(epoch: number, logs: Readonly<Record<string, number>>): void {
    this.epoch.push(epoch);
    const all = this.history as Record<string, number[]>;
    for (const [name, value] of Object.entries(logs)) {
      const list = all[name];
      if (list) list.push(value);
      else all[name] = [value];
    }
  }
}
