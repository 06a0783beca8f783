import { ConfigError, unknownName } from '../core/errors.js';
import type { AnyModel } from '../model/model.js';
import type { Logs } from './callback.js';

/** Whether less or more of a monitored number is better; 'auto' follows the metric. */
export type Mode = 'auto' | 'min' | 'max';

/** The monitored number among the logs. */
export function monitored(logs: Logs, monitor: string, kind: string): number {
  if (!(monitor in logs)) throw unknownName(`monitor of ${kind}`, monitor, Object.keys(logs));
  return logs[monitor] as number;
}

/** Whether more is better, by the metric's own direction. */
export function increasing(mode: Mode, monitor: string, model: AnyModel | undefined): boolean {
  if (!['auto', 'min', 'max'].includes(mode)) throw new ConfigError(`mode must be 'auto', 'min' or 'max', received '${mode}'`, { received: mode });
  if (mode !== 'auto') return mode === 'max';
  const name = monitor.startsWith('val') ? monitor.charAt(3).toLowerCase() + monitor.slice(4) : monitor;
  return model?.metricDirection(name) === 'up';
}
