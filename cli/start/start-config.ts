import { Config } from '@oclif/core/config'
import { settings } from '@oclif/core/settings'
import type { CommandTable } from './command-table.ts'

/**
 * What oclif wants to know before it runs or describes a command. Its own way finds that out by reading folders,
 * manifests and plugins, which shopctl does not have; that alone would double the time to start.
 */
export class StartConfig extends Config {
  readonly table: CommandTable

  constructor(table: CommandTable) {
    super({ root: '.' })
    settings.enableAutoTranspile = false
    this.table = table
    this.bin = 'shopctl'
    this.topicSeparator = ' '
    this.pjson = { name: 'shopctl', version: '0.0.0', oclif: {} }
  }

  override async runHook() {
    return { successes: [], failures: [] }
  }
}
