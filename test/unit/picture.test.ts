// Pictures of models: everything is in them, nothing lies on anything else.
import { functional, input, layers, sequential } from 'myelin';
import { describe, expect, test } from 'vitest';

/** Two branches of different length, a layer used twice, a model inside, a name that must be escaped. */
function branched() {
  const encoder = sequential([layers.dense({ units: 3, inputShape: [4], name: 'inside' }), layers.dropout({ rate: 0.1 })]);
  const x = input({ shape: [4], name: 'left' });
  const y = input({ shape: [4], name: 'a < "b"' });
  const shared = layers.dense({ units: 4, name: 'shared' });
  const long = layers.activation({ activation: 'relu' }).apply(shared.apply(shared.apply(x)));
  const sum = layers.add().apply(long, y);
  return functional({ inputs: [x, y], outputs: [encoder.apply(sum), layers.concatenate().apply(x, sum)], name: 'branched' });
}

const attribute = (tag: string, name: string): number => Number(new RegExp(` ${name}="([^"]+)"`).exec(tag)?.[1]);

describe('toDot', () => {
  test('has a box for each input and call, an arrow for each value that is used', async () => {
    const text = await branched().toDot();
    expect(text.match(/^ *n\w+ \[label=/gm)).toHaveLength(2 + 5 + 3); // inputs, calls, what is inside with its input
    expect(text.match(/->/g)).toHaveLength(8 + 2);
    expect(text).toContain('subgraph cluster_');
    expect(text).toContain('shared (Dense)\\n[null, 4]\\n20 weights');
    expect(text).toContain('a < \\"b\\" (Input)');
    const named = new Set([...text.matchAll(/(n\w+) \[label=/g)].map(([, id]) => id));
    for (const [, from, to] of text.matchAll(/(n\w+) -> (n\w+);/g)) expect([named.has(from), named.has(to)]).toEqual([true, true]);
  });
  test('leaves models closed on request', async () => {
    const text = await branched().toDot({ nested: false });
    expect(text).not.toContain('subgraph');
    expect(text).not.toContain('inside');
    expect(text).toContain('15 weights');
  });
});

describe('toSvg', () => {
  test('boxes lie apart and inside the picture, arrows run down from box to box', async () => {
    const svg = await branched().toSvg({ nested: false });
    const [, width = 0, height = 0] = (/width="(\d+)" height="(\d+)"/.exec(svg) ?? []).map(Number);
    const [, ...rects] = svg.match(/<rect[^>]*>/g) ?? []; // the first is the ground
    const boxes = rects.map((tag) => ({ x: attribute(tag, 'x'), y: attribute(tag, 'y'), w: attribute(tag, 'width'), h: attribute(tag, 'height') }));
    expect(boxes).toHaveLength(8);
    for (const [i, a] of boxes.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.w).toBeLessThanOrEqual(width);
      expect(a.y + a.h).toBeLessThanOrEqual(height);
      for (const b of boxes.slice(i + 1)) expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true);
    }
    const arrows = [...svg.matchAll(/<path d="M([\d.-]+) ([\d.-]+)C[^"]* ([\d.-]+) ([\d.-]+)"\/>/g)].map((m) => m.slice(1).map(Number) as [number, number, number, number]);
    expect(arrows).toHaveLength(8);
    const meets = (x: number, y: number) => boxes.some((b) => Math.abs(x - b.x - b.w / 2) < 0.2 && Math.abs(y - b.y) < 0.2);
    for (const [x0, y0, x1, y1] of arrows) {
      expect(boxes.some((b) => Math.abs(x0 - b.x - b.w / 2) < 0.2 && Math.abs(y0 - b.y - b.h) < 0.2)).toBe(true);
      expect(meets(x1, y1)).toBe(true);
      expect(y1).toBeGreaterThan(y0);
    }
  });
  test('opens models, escapes names', async () => {
    const svg = await branched().toSvg();
    expect(svg).toContain('class="frame"');
    expect(svg).toContain('inside (Dense)');
    expect(svg).toContain('a &lt; &quot;b&quot; (Input)');
    expect(svg.match(/<g/g)?.length).toBe(svg.match(/<\/g>/g)?.length);
  });
  test('a stack is one column', async () => {
    const svg = await sequential([layers.dense({ units: 2, inputShape: [3] }), layers.dense({ units: 1 })]).toSvg();
    const centers = new Set([...svg.matchAll(/<text[^>]* x="([\d.]+)"/g)].map(([, x]) => x));
    expect(centers.size).toBe(1);
  });
});
