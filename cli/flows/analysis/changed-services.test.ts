import { expect, test } from 'vitest'
import { aRelease } from '../../releases/testing/a-release.ts'
import { changedServices } from './changed-services.ts'

const previous = aRelease({ number: 1, services: { users: 'a', catalog: 'a', orders: 'a', edge: 'a' } })
const releaseOf = (services: Readonly<Record<string, string>>) => aRelease({ number: 2, services })

test('other content or other settings make a service changed', () => {
  const release = releaseOf({ users: 'a', catalog: 'b', orders: 'a/others', edge: 'a' })
  expect(changedServices(release, previous)).toEqual(['catalog', 'orders'])
})

test('another manifest, too: other limits are another way to run', () => {
  const release = releaseOf({ users: 'a', catalog: 'a', orders: 'a', edge: 'a' })
  const { users } = release.services
  const limited = { ...release.services, ...(users === undefined ? {} : { users: { ...users, manifest: 'limited' } }) }
  expect(changedServices({ services: limited }, previous)).toEqual(['users'])
})

test('all of the first release is new', () => {
  expect(changedServices(previous, null)).toEqual(['catalog', 'orders', 'users'])
})

test('the front door tells no metrics, and what is gone has nobody to ask', () => {
  expect(changedServices(releaseOf({ users: 'a', catalog: 'a', edge: 'b' }), previous)).toEqual([])
})
