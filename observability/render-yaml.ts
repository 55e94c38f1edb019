import { stringify } from 'yaml'

/** As programs of Go read it: no aliases, no folded lines, so that an expression stays greppable. */
const options = { version: '1.2', aliasDuplicateObjects: false, lineWidth: 0 } as const

const preface = '# Rendered by shopctl observability render; edit the typed source in observability/ instead.\n'

/** The same value, the same text. */
export const renderYaml = (value: object): string => `${preface}${stringify(value, options)}`
