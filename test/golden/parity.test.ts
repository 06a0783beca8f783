// docs/parity.md follows from the registry of layers, the recordings and the cases of the gradients. The test writes it and fails
// once when it was stale, so that the change is seen.
import { readFileSync, writeFileSync } from 'node:fs';
import { layers } from 'myelin';
import { expect, test } from 'vitest';
import { CASES, WITHOUT_GRADIENT } from '../e2e/layer_cases.js';
import { recordedLayers } from './keras_layers.js';

const FILE = 'docs/parity.md';

const HEAD = `# What each layer is checked against

Written by \`test/golden/parity.test.ts\` from the lists that the tests themselves run over.

- **Keras**: outputs recorded from Keras 3 with the same weights, options and inputs, checked within 1e-5 relative and 1e-6 absolute
  (at most five cases in a hundred only within 2e-4 and 2e-5). A softmax over the rows of a batch is asked as one row that holds them all:
  rows never meet here.
- **Gradients**: those of every input and every weight against central differences of fourth order, one model for each case; the
  operations beneath are checked against differences of an f64 reference in \`cargo test\`. A file stands where a layer does nothing in the
  engine: there its answers are checked.

| layer | Keras | gradients |
|---|---|---|
`;

function table(): string {
  const recorded = recordedLayers();
  const names = Object.keys(layers).sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase(), 'en'));
  const rows = names.map((name) => {
    const keras = recorded.get(name) ?? '–';
    const differentiated = Object.keys(CASES).filter((label) => label.replace(/:.*/, '') === name).length;
    return `| \`${name}\` | ${keras} | ${WITHOUT_GRADIENT[name] ?? differentiated} |\n`;
  });
  return HEAD + rows.join('');
}

test('the table of what is checked is true', () => {
  const now = table();
  let before = '';
  try {
    before = readFileSync(FILE, 'utf8');
  } catch {
    // The first time.
  }
  if (before !== now) writeFileSync(FILE, now);
  expect(before, `${FILE} was stale and has been written again; run the test once more`).toBe(now);
});
