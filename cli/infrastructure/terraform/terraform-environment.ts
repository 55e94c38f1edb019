export type TerraformVariables = Readonly<Record<string, string | undefined>>

/**
 * All that Terraform and its provider get of this command line's environment, besides AWS_…: no TF_VAR_…, TF_CLI_ARGS or
 * TF_DATA_DIR, which would change what is planned.
 */
const passedOn: ReadonlySet<string> = new Set([
  'HOME',
  'PATH',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'TF_CLI_CONFIG_FILE',
  'TF_PLUGIN_CACHE_DIR',
])

const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']

/**
 * Where a profile and keys are set, the SDK of this command line takes the profile and Terraform's the keys: without the
 * keys both ask AWS as the same person.
 */
const leftOut = ({ AWS_PROFILE }: TerraformVariables): readonly string[] => (AWS_PROFILE ? keys : [])

/** The whole environment of a Terraform run. */
export const terraformEnvironment = (variables: TerraformVariables): Readonly<Record<string, string>> => {
  const without = leftOut(variables)
  const kept = Object.entries(variables).flatMap(([name, value]) => {
    const isPassedOn = (passedOn.has(name) || name.startsWith('AWS_')) && !without.includes(name)
    return value === undefined || !isPassedOn ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(kept), TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' }
}

/** For a plan that asks nobody: neither the person's login nor the emulator of a test has a part in it. */
export const withoutAws = (variables: TerraformVariables): TerraformVariables => ({
  ...Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('AWS_'))),
  AWS_EC2_METADATA_DISABLED: 'true',
})
