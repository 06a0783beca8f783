// What several examples need.

/** `--name value` of the command line. */
export function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
}

/** Classes of the rows of a prediction. */
export function classes({ data, shape: [rows, width] }) {
  return Array.from({ length: rows }, (_, r) => {
    let best = 0;
    for (let c = 1; c < width; c++) if (data[r * width + c] > data[r * width + best]) best = c;
    return best;
  });
}

/** A table of true classes (rows) against predicted ones (columns). */
export function confusionMatrix(labels, predictions) {
  const width = predictions.shape[1];
  const counts = Array.from({ length: width }, () => new Array(width).fill(0));
  classes(predictions).forEach((c, row) => counts[labels[row]][c]++);
  const cell = (value) => String(value).padStart(6);
  return [`true \\ predicted${Array.from({ length: width }, (_, c) => cell(c)).join('')}`, ...counts.map((row, c) => `${String(c).padStart(16)}${row.map((n) => cell(n || '·')).join('')}`)].join('\n');
}
