// The printed tables: a block per case, a line per engine and number of threads.
import { better } from './record.mjs';

export const show = (value) => (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3))));

function ratio(record) {
  if (record.ratioToPeak === null) return '';
  return record.unit === 'ns/element' ? `${show(record.ratioToPeak)} ops` : `${(record.ratioToPeak * 100).toPrecision(3)} %`;
}

/** Against Myelin's best line of the same case. */
function against(record, own) {
  if (!own || record.engine.startsWith('myelin') || !(own.median > 0 && record.median > 0)) return '';
  const times = better(record.unit, own.median, record.median);
  if (Math.abs(Math.log(times)) < 0.05) return 'equal';
  const [worse, improved] = record.unit === 'MB' ? ['more', 'less'] : ['slower', 'faster'];
  return times >= 1 ? `${show(times)}× ${worse}` : `${show(1 / times)}× ${improved}`;
}

const HEADS = ['engine', 'version', 'threads', 'median', 'unit', 'min … max', 'of peak', 'beside Myelin'];

/** Lines of one case; `missing`: engine → why it has no figure. */
export function caseTable(records, missing = {}) {
  const own = records.filter((record) => record.engine.startsWith('myelin')).reduce((best, r) => (!best || better(r.unit, r.median, best.median) > 1 ? r : best), undefined);
  const rows = records.map((r) => [r.engine, r.version, String(r.threads), show(r.median), r.unit, `${show(r.min)} … ${show(r.max)}`, ratio(r), against(r, own)]);
  for (const [engine, why] of Object.entries(missing)) rows.push([engine, '', '', '–', why]);
  const widths = HEADS.map((head, i) => Math.max(head.length, ...rows.map((row) => (row.length === HEADS.length ? row[i].length : 0))));
  const line = (row) =>
    `  ${row
      .map((cell, i) => (i === 3 ? cell.padStart(widths[i]) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()}`;
  return [HEADS, ...rows].map(line).join('\n');
}
