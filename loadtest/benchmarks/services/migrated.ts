import { spawnSync } from 'node:child_process'

/** Runs a bundle's own migrations, those of the bus that it would find too. */
export const migrated = async (bundle: string, settings: Readonly<Record<string, string>>): Promise<void> => {
  const env = { SHOP_ENV: 'local', ...settings }
  const { status, stderr } = spawnSync(process.execPath, [bundle, 'migrate'], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`migrate ended with ${status}: ${stderr}`)
}
