import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { stackName } from './stack-reference.ts'
import { synthesiseElsewhere } from './testing/synthesise-elsewhere.ts'
import { stackReferences } from './testing/synthesised.ts'

const successor = pathToFileURL(createRequire(import.meta.url).resolve('cdktn')).href

/** What `"cdktf": "npm:cdktn@…"` in package.json would do, also for the bindings' own require. */
const before = `
  import { registerHooks } from 'node:module'
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== 'cdktf') return next(specifier, context)
      return { url: ${JSON.stringify(successor)}, format: 'commonjs', shortCircuit: true }
    },
  })
`

const stamp = /"version": "(\d+\.\d+\.\d+)"\n/

/** Parsed: of an empty object the two write the spaces in another way. */
const withoutStamp = (text: string): unknown => JSON.parse(text.replace(stamp, '"version": "any"\n'))

test("cdktn, cdktf's successor, gives the same stacks without a change in them; only its version stamp differs", () => {
  const moved = synthesiseElsewhere({ timeZone: 'UTC', before })
  for (const name of stackReferences.map(stackName)) {
    const golden = readFileSync(join(import.meta.dirname, 'golden', `${name}.tf.json`), 'utf8')
    const text = moved.get(name) ?? ''
    expect(withoutStamp(text)).toEqual(withoutStamp(golden))
    // Else it was cdktf after all that made it.
    expect(stamp.exec(text)?.[1]).not.toBe(stamp.exec(golden)?.[1])
  }
})
