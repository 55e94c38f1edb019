/** How a started container ended, or that it still runs and what it answered. */
export type BootObservation =
  | {
      readonly state: 'exited'
      readonly exitCode: number
      readonly outOfMemory: boolean
      readonly log: readonly string[]
    }
  | { readonly state: 'answers' }
  | { readonly state: 'silent'; readonly seconds: number; readonly log: readonly string[] }
  | { readonly state: 'not-started'; readonly words: string }

export type BootVerdict = { readonly boots: true } | { readonly boots: false; readonly reason: string }

/** EX_CONFIG of sysexits.h: what every service exits with when its settings are refused. */
export const settingsRefused = 78

/**
 * An image boots where it comes up, or where it says that it was given no settings: that needs Node, the bundle, all of
 * its imports and the permission to read them. An exit code without a word could be anything.
 */
export const bootVerdict = (observed: BootObservation): BootVerdict => {
  if (observed.state === 'answers') return { boots: true }
  if (observed.state === 'not-started') return { boots: false, reason: `it could not be started: ${observed.words}` }
  if (observed.state === 'silent') {
    return { boots: false, reason: `it neither answered its health check nor ended within ${observed.seconds} s` }
  }
  const { exitCode, outOfMemory, log } = observed
  if (outOfMemory) return { boots: false, reason: 'it ran out of memory' }
  if (exitCode !== settingsRefused)
    return { boots: false, reason: `it exited ${exitCode} without settings, not ${settingsRefused}` }
  if (log.length === 0)
    return { boots: false, reason: `it exited ${settingsRefused} without saying which settings it lacks` }
  return { boots: true }
}
