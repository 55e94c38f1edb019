import { ruleCases, secretCases, tagCases } from './rule-cases.ts'
import { stackFile } from './small-shop.ts'
import { variants } from './variants.ts'

/** `node write-variant.ts NAME`: main.tf.json for one of the plans of make.sh, on standard output. */

const withoutDefaultTags = () => {
  const { provider, ...file } = stackFile(tagCases, { place: 'offline' })
  return {
    ...file,
    provider: { aws: provider.aws.map(({ default_tags: _, ...rest }) => rest) },
  }
}

const offline: Readonly<Record<string, () => unknown>> = {
  rules: () => stackFile(ruleCases, { place: 'offline' }),
  tags: withoutDefaultTags,
  secrets: () => ({ ...stackFile({}, { place: 'offline' }), ...secretCases }),
}

const [name = ''] = process.argv.slice(2)
const resources = variants[name]
const file = offline[name]?.() ?? (resources === undefined ? undefined : stackFile(resources, { place: 'emulator' }))
if (file === undefined) throw new Error(`no variant is called "${name}"`)
process.stdout.write(JSON.stringify(file))
