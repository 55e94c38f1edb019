import type { Unit } from './panel.ts'

/** As Grafana names them; `suffix:` is its way to take any words. */
export const grafanaUnits: Readonly<Record<Unit, string>> = {
  share: 'percentunit',
  seconds: 's',
  bytes: 'bytes',
  cores: 'suffix: cores',
  count: 'short',
  'requests-per-second': 'reqps',
  'per-second': 'suffix:/s',
  'per-minute': 'suffix:/min',
}
