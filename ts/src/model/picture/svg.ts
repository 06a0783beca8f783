// A model as a picture that every browser shows.
import type { Graph } from '../graph.js';
import { diagram, type PictureOptions } from './diagram.js';
import { type Layout, layout, type Placed, SIZE } from './layout.js';

const MARGIN = 12;
const STYLE = [
  'text{font:12px monospace;text-anchor:middle;fill:#123}',
  '.kind{font-weight:bold}',
  'rect{fill:#eef4fb;stroke:#4a7ab5;rx:6px}',
  '.frame{fill:#fff;stroke-dasharray:4 3}',
  'path{fill:none;stroke:#567;marker-end:url(#tip)}',
].join('');
const TIP = '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" style="fill:#567;stroke:none"/></marker>';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => ESCAPES[c] as string);
const round = (n: number): number => Math.round(10 * n) / 10;

function drawBox({ box, x, y, width, height, inner }: Placed): string[] {
  const frame = inner ? ' class="frame"' : '';
  const text = box.lines.map((line, i) => `<text${i === 0 ? ' class="kind"' : ''} x="${round(x + width / 2)}" y="${round(y + SIZE.line * (i + 1))}">${escaped(line)}</text>`);
  const rest = inner ? [`<g transform="translate(${round(x + (width - inner.width) / 2)} ${round(y + height - SIZE.frame - inner.height)})">`, ...draw(inner), '</g>'] : [];
  return [`<rect${frame} x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`, ...text, ...rest];
}

/** Curves that leave and arrive upright. */
function drawArrow(points: Layout['arrows'][number]): string {
  const [[x0, y0], ...rest] = points as [readonly [number, number], ...(readonly [number, number])[]];
  let [x, y] = [x0, y0];
  const parts = rest.map(([toX, toY]) => {
    const middle = round((y + toY) / 2);
    const part = `C${round(x)} ${middle} ${round(toX)} ${middle} ${round(toX)} ${round(toY)}`;
    [x, y] = [toX, toY];
    return part;
  });
  return `<path d="M${round(x0)} ${round(y0)}${parts.join('')}"/>`;
}

const draw = ({ boxes, arrows }: Layout): string[] => [...boxes.flatMap(drawBox), ...arrows.map(drawArrow)];

export function toSvg(graph: Graph, name: string, options?: PictureOptions): string {
  const placed = layout(diagram(graph, options));
  const [width, height] = [placed.width, placed.height].map((n) => Math.ceil(n + 2 * MARGIN));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}">`,
    `<title>${escaped(name)}</title><style>${STYLE}</style><defs>${TIP}</defs>`,
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}" style="fill:#fff;stroke:none"/>`,
    ...draw(placed),
    '</svg>',
    '',
  ].join('\n');
}
