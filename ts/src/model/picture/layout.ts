// Where boxes and arrows lie: layers of boxes from top to bottom (Sugiyama and others 1981, without the minimising of crossings
// beyond one sweep of barycentres).
import type { Arrow, Box, Diagram } from './diagram.js';

export interface Placed {
  readonly box: Box;
  /** Of the left upper corner. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly inner?: Layout;
}
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Placed[];
  /** Points of each arrow, from its box down to the next. */
  readonly arrows: readonly (readonly (readonly [x: number, y: number])[])[];
}

/** Sizes in pixels, of monospaced letters of 12 pixels. */
export const SIZE = { letter: 7.3, line: 16, padding: 10, gap: 28, between: 36, frame: 16 } as const;

/** Something in a row: a box, or the place where a long arrow passes. */
interface Item {
  readonly id: string;
  readonly row: number;
  readonly width: number;
  readonly height: number;
  readonly placed?: { readonly box: Box; readonly inner?: Layout };
}

function itemOf(box: Box, row: number): Item {
  const inner = box.inner && layout(box.inner);
  const text = Math.max(...box.lines.map((line) => line.length)) * SIZE.letter + 2 * SIZE.padding;
  const height = box.lines.length * SIZE.line + SIZE.padding;
  if (!inner) return { id: box.id, row, width: text, height, placed: { box } };
  return { id: box.id, row, width: Math.max(text, inner.width + 2 * SIZE.frame), height: height + inner.height + SIZE.frame, placed: { box, inner } };
}

/** The row of each box: one below the lowest of what it takes. */
function rowsOf({ boxes, arrows }: Diagram): Map<string, number> {
  const rows = new Map<string, number>();
  for (const { id } of boxes) rows.set(id, Math.max(-1, ...arrows.filter(({ to }) => to === id).map(({ from }) => rows.get(from) as number)) + 1);
  return rows;
}

/** Places in the rows between for arrows that skip rows; each arrow as a chain of items. */
function chains(arrows: readonly Arrow[], rows: ReadonlyMap<string, number>, items: Item[]): string[][] {
  return arrows.map(({ from, to }, i) => {
    const between: string[] = [];
    for (let row = (rows.get(from) as number) + 1; row < (rows.get(to) as number); row++) {
      const id = `${i}/${row}`;
      items.push({ id, row, width: 1, height: 0 });
      between.push(id);
    }
    return [from, ...between, to];
  });
}

export function layout(given: Diagram): Layout {
  const rows = rowsOf(given);
  const items = given.boxes.map((box) => itemOf(box, rows.get(box.id) as number));
  const paths = chains(given.arrows, rows, items);
  const above = new Map<string, string[]>();
  for (const path of paths) path.slice(1).forEach((id, i) => above.set(id, [...(above.get(id) ?? []), path[i] as string]));

  const center = new Map<string, number>();
  const top = new Map<string, number>();
  const heights: number[] = [];
  let y = 0;
  for (let row = 0; items.some((item) => item.row === row); row++) {
    const wanted = ({ id }: Item) => {
      const parents = above.get(id) ?? [];
      return parents.length ? parents.reduce((sum, parent) => sum + (center.get(parent) as number), 0) / parents.length : 0;
    };
    const line = items.filter((item) => item.row === row).sort((a, b) => wanted(a) - wanted(b));
    const width = line.reduce((sum, item) => sum + item.width + SIZE.gap, -SIZE.gap);
    let x = line.reduce((sum, item) => sum + wanted(item), 0) / line.length - width / 2;
    heights.push(Math.max(...line.map(({ height }) => height)));
    for (const item of line) {
      center.set(item.id, x + item.width / 2);
      top.set(item.id, y);
      x += item.width + SIZE.gap;
    }
    y += (heights[row] as number) + SIZE.between;
  }
  const left = Math.min(...items.map(({ id, width }) => (center.get(id) as number) - width / 2));
  const right = Math.max(...items.map(({ id, width }) => (center.get(id) as number) + width / 2));
  const byId = new Map(items.map((item) => [item.id, item]));
  const arrows = paths.map((path) =>
    path.flatMap((id, i): [number, number][] => {
      const { row, height, placed } = byId.get(id) as Item;
      const [x, upper] = [(center.get(id) as number) - left, top.get(id) as number];
      if (placed) return [[x, i === 0 ? upper + height : upper]];
      return [
        [x, upper],
        [x, upper + (heights[row] as number)],
      ]; // straight past its row
    }),
  );
  const boxes = items.flatMap(({ id, width, height, placed }): Placed[] => (placed ? [{ ...placed, x: (center.get(id) as number) - width / 2 - left, y: top.get(id) as number, width, height }] : []));
  return { width: right - left, height: y - SIZE.between, boxes, arrows };
}
