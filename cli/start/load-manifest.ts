import type { Command } from '@oclif/core/command'
import { Plugin } from '@oclif/core/config'
import { settings } from '@oclif/core/settings'

export type CommandManifest = { readonly commands: Record<string, Command.Cached>; readonly version: string }

/** Loads every command below `root` once and answers what oclif needs to know of it. A command that throws is an error. */
export const loadManifest = async (root: string): Promise<CommandManifest> => {
  settings.enableAutoTranspile = false
  const plugin = new Plugin({ root, isRoot: true, ignoreManifest: true, errorOnManifestCreate: true })
  await plugin.load()
  return plugin.manifest
}
