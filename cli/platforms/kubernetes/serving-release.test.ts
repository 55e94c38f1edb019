import { expect, test } from 'vitest'
import { templateLabel } from '../../../manifests/labels.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { aRelease, aServiceRelease } from '../../releases/testing/a-release.ts'
import { servingRelease } from './serving-release.ts'

const deployment = (name: string, template: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    template: {
      metadata: { labels: { [templateLabel]: template } },
      spec: { containers: [{ image: `registry.test/${name}@sha256:${'a'.repeat(64)}` }] },
    },
  },
})

/** Service → template, as a release's record has them. */
const release = (
  number: number,
  templates: Readonly<Record<string, string>>,
  state: ReleaseRecord['state'] = 'succeeded',
): ReleaseRecord => ({
  ...aRelease({ number, state }),
  services: Object.fromEntries(
    Object.entries(templates).map(([service, template]) => [
      service,
      { ...aServiceRelease(service), manifest: [deployment(service, template)] },
    ]),
  ),
})

const old = { users: 'u1', orders: 'o1' }
const young = { users: 'u1', orders: 'o2' }
const live = (templates: Readonly<Record<string, string>>) => new Map(Object.entries(templates))

test.each([
  ['all Deployments ask for it', [release(2, young), release(1, old)], young, 2],
  ['they ask for the one before', [release(2, young, 'rolled-back'), release(1, old)], old, 1],
  ['one of two with the same templates: the newer', [release(3, old), release(2, young), release(1, old)], old, 3],
  ['it is being released now', [release(2, young, 'in-progress'), release(1, old)], young, 2],
  ['it was taken back, and a hand applied it again', [release(2, young, 'rolled-back'), release(1, old)], young, null],
  ['they are of several', [release(2, young), release(1, old)], { users: 'u2', orders: 'o1' }, null],
  ['one of them is gone', [release(1, old)], { users: 'u1' }, null],
  ['there is one that no record knows', [release(1, old)], { ...old, edge: 'e1' }, null],
  ['nothing runs', [release(1, old)], {}, null],
])('what users are on where %s', (_, records, templates, number) => {
  expect(servingRelease(records, live(templates))).toBe(number)
})
