import { join } from 'node:path'
import type { StatePaths } from '../state-paths.ts'

export type ObserverPaths = {
  /** Rendered anew by every `observe`. */
  readonly configuration: string
  readonly targetsFile: string
  /** What was measured, and which port was used last: kept by `down`, removed with `--delete-data`. */
  readonly prometheus: string
  readonly alertmanager: string
}

export const observerPaths = ({ observability }: Pick<StatePaths, 'observability'>): ObserverPaths => ({
  configuration: join(observability, 'configuration'),
  targetsFile: join(observability, 'targets.json'),
  prometheus: join(observability, 'prometheus'),
  alertmanager: join(observability, 'alertmanager'),
})
