import { spawnSync } from 'node:child_process'

/** Runs a bundle's own migrations. */
export const migrated = async (bundle: string, url: string): Promise<void> => {
  const env = { SHOP_ENV: 'local', DATABASE_URL: url }
  const { status, stderr } = spawnSync(process.execPath, [bundle, 'migrate'], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`migrate ended with ${status}: ${stderr}`)
}
