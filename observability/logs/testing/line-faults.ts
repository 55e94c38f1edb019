import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { logLineSchema } from '../log-line-schema.ts'

const ajv = new Ajv2020({ allErrors: true, strictTypes: false })
addFormats.default(ajv)
const validate = ajv.compile(logLineSchema)

/** Why what was written is not a line of the shop's log; empty where it is one. */
export function lineFaults(line: string): readonly string[] {
  if (!line.startsWith('{')) return [`no JSON: ${line}`]
  if (validate(JSON.parse(line))) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}: ${line}`)
}
