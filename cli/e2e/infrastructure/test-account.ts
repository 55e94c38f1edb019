import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { homedir } from 'node:os'
import { join } from 'node:path'

const { AWS_ENDPOINT_URL: endpoint = '', TF_CLI_CONFIG_FILE, TF_PLUGIN_CACHE_DIR } = process.env

const missing = (): string | null => {
  if (spawnSync('terraform', ['version']).status !== 0) return 'no terraform'
  return endpoint === '' ? 'no AWS_ENDPOINT_URL' : null
}

/** Why there is nothing to test on; null where there is an emulator and a Terraform. */
export const noEmulator = missing()

/** For a describe's title. */
export const onEmulator = (title: string): string => (noEmulator === null ? title : `${title} (skipped: ${noEmulator})`)

export const region = 'us-east-1'

/** The emulator keeps accounts apart by an access key of twelve digits. */
export const newAccount = (): string => String(randomInt(100_000_000_000, 999_999_999_999))

/** All that a command needs to reach the emulator as this account. */
export const awsVariables = (account: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: account,
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: region,
  // The provider is 707 MB: one cache for all homes of tests.
  TF_PLUGIN_CACHE_DIR: TF_PLUGIN_CACHE_DIR || join(homedir(), '.cache', 'shopctl', 'terraform-plugins'),
  ...(TF_CLI_CONFIG_FILE === undefined ? {} : { TF_CLI_CONFIG_FILE }),
})

/** For the SDK's clients of a test. */
export const clientOf = (account: string) => ({
  region,
  endpoint,
  credentials: { accessKeyId: account, secretAccessKey: 'test' },
})
