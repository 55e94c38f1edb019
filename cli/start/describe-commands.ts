import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Config } from '@oclif/core/config'
import { loadManifest } from './load-manifest.ts'
import { renderHelpTexts } from './render-help-texts.ts'

/** Writes oclif.manifest.json and help.json beside the bundle, so that no later start loads a command to describe it. */
export const describeCommands = async (directory: string): Promise<void> => {
  const manifest = await loadManifest(directory)
  await writeFile(join(directory, 'oclif.manifest.json'), JSON.stringify(manifest))
  const config = await Config.load({ root: directory, devPlugins: false, userPlugins: false })
  await writeFile(join(directory, 'help.json'), JSON.stringify(await renderHelpTexts(config)))
}
