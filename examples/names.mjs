// The names of names.txt as numbers; what the examples about names share.
import { join } from 'node:path';
import { readBytes } from './common.mjs';

/** A mark for begin and end, then the letters. */
export const ALPHABET = ['.', ...'abcdefghijklmnopqrstuvwxyz'];

export const readNames = (folder) => readBytes(join(folder, 'names.txt')).toString().split(/\r?\n/).filter(Boolean);

/** Every letter of the names, and the `context` letters before it. */
export function spelled(names, context) {
  const x = [];
  const y = [];
  for (const name of names) {
    const before = new Array(context).fill(0);
    for (const letter of [...name, '.']) {
      const next = ALPHABET.indexOf(letter);
      x.push(...before);
      y.push(next);
      before.push(next);
      before.shift();
    }
  }
  return { x: Int32Array.from(x), y: Int32Array.from(y) };
}
