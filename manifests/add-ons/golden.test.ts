import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { renderYaml } from '../render-yaml.ts'
import { violationsOf } from '../rules/all-rules.ts'
import { addOnGroups } from './add-on-request.ts'
import { exceptions, isExcepted } from './rule-exceptions.ts'
import { addOnEnvironments, renderedAddOns } from './testing/rendered-add-ons.ts'

/** What observability/ renders has its goldens there, and changes these by nothing but the names that end with its hash. */
const withoutFiles = (yaml: string): string =>
  yaml
    .replaceAll(/(-files)-[0-9a-f]{10}/g, '$1-<hash of its files>')
    .replaceAll(/(shopctl.dev\/template: ).*/g, '$1<hash of the template>')

describe.each(addOnEnvironments)('%s', (environment) => {
  test.each(addOnGroups)('%s is rendered as its golden file says', async (group) => {
    const objects = (await renderedAddOns(environment, [group])).filter(({ kind }) => kind !== 'ConfigMap')
    const path = join(import.meta.dirname, 'golden', `${group}-${environment}.yaml`)
    await expect(withoutFiles(renderYaml(objects))).toMatchFileSnapshot(path)
  })

  test('every object is within every rule, but for the exceptions that say why', async () => {
    const violations = violationsOf(await renderedAddOns(environment))
    expect(violations.filter((violation) => !isExcepted(violation))).toEqual([])
  })
})

test('no exception is left over', async () => {
  const all = (await Promise.all(addOnEnvironments.map((name) => renderedAddOns(name)))).flatMap(violationsOf)
  const used = exceptions.filter((exception) => all.some((violation) => isExcepted(violation, [exception])))
  expect(used).toEqual(exceptions)
})
