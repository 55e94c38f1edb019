import * as Flags from '@oclif/core/flags'

/** Where commands leave their reports where SHOPCTL_REPORTS says so, and bin/test its own. */
export const reportsFlag = {
  reports: Flags.string({
    env: 'SHOPCTL_REPORTS',
    default: 'reports',
    helpValue: 'DIRECTORY',
    summary: 'where the reports are',
  }),
}
