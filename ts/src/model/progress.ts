import { processLike } from '../runtime/environment.js';
import type { ProgressBar } from './progress_bar.js';

/** 'auto': a bar on a terminal, else nothing. 0: nothing. 1: a bar. 2: a line per epoch. */
export type Verbose = 'auto' | 0 | 1 | 2;

/** A progress bar, if one is to be seen, over so many steps of each of so many epochs, or of what is done once. */
export async function progressBar(verbose: Verbose, epochs: number | string, steps: number): Promise<ProgressBar | undefined> {
  const level = verbose === 'auto' ? (processLike?.stdout?.isTTY ? 1 : 0) : verbose;
  if (level === 0) return;
  const { ProgressBar } = await import('./later.js');
  return new ProgressBar(level, epochs, steps);
}
