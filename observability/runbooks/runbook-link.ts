import { team } from '../team.ts'

/** `HighCPUUsage` → `high-cpu-usage.md`. */
export const runbookFile = (alert: string): string =>
  `${alert
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()}.md`

export const runbookUrl = (alert: string): string => `${team.runbooksUrl}/${runbookFile(alert)}`
