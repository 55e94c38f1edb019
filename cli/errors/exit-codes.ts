/** The one table of exit codes. `shopctl help exit-codes` prints it; every error names one of these by word. */
export const exitCodes = {
  done: { code: 0, meaning: 'done; for diff, plan, drift and --dry-run: nothing would change' },
  bug: { code: 1, meaning: 'a bug in shopctl' },
  changes: { code: 2, meaning: 'only for diff, plan, drift and --dry-run: there are changes' },
  refused: {
    code: 3,
    meaning: 'refused, nothing changed (lock held, tool missing, not logged in, no rollback target)',
  },
  failed: { code: 4, meaning: 'failed after changing something; the message says what users are on now' },
  'check-failed': { code: 5, meaning: 'a check said no: scan, smoke, load objective, policy, budget' },
  unknown: { code: 6, meaning: 'unknown: lost contact or out of time, state not proven either way' },
  usage: { code: 64, meaning: 'wrong usage (unknown flag, missing value)' },
  interrupted: { code: 130, meaning: 'interrupted' },
} as const

export type Outcome = keyof typeof exitCodes
