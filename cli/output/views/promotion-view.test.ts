import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PromotionPlan } from '../../flows/promote.ts'
import { aDigest, aRelease } from '../../releases/testing/a-release.ts'
import { deployView } from './deploy-view.ts'
import { historyView, releaseView } from './history-view.ts'
import { promotionPlanView, promotionQuestion } from './promotion-view.ts'
import { statusView } from './status-view.ts'

const golden = (name: string): string => join(import.meta.dirname, 'golden', `${name}.txt`)
const now = new Date('2026-11-22T12:04:00.000Z')
const at = { now, width: 100 }

const tested = aRelease({ number: 12, services: { users: 'users2', catalog: 'catalog1', orders: 'orders2' } })
const released = aRelease({
  number: 7,
  environment: 'prod',
  services: { users: 'users2', catalog: 'catalog1', orders: 'orders2' },
  promotedFrom: { environment: 'staging', release: 12 },
})
const plan: PromotionPlan = {
  release: tested,
  taken: 'serving',
  changes: [
    { service: 'users', from: aDigest('users1'), to: aDigest('users2'), settings: 'same', manifest: 'changed' },
    { service: 'orders', from: null, to: aDigest('orders2'), settings: 'changed', manifest: 'changed' },
    { service: 'shared', from: null, to: null, settings: 'same', manifest: 'changed' },
  ],
}

test('what comes to prod is shown before anybody is asked', async () => {
  await expect(promotionPlanView(plan, { to: 'prod', ...at })).toMatchFileSnapshot(golden('promotion-plan'))
})

test('the question names the release and each digest, before and after', () => {
  expect(promotionQuestion(plan, 'prod')).toBe(
    'Release to prod what staging runs as release 12: users 757365727331→757365727332, orders -→6f7264657273, shared?',
  )
  expect(promotionQuestion({ ...plan, taken: 'numbered' }, 'prod')).toMatch(/^Release to prod what staging ran as/)
})

test('one release of the history says where it came from', async () => {
  await expect(releaseView(released, at)).toMatchFileSnapshot(golden('release-promoted'))
  expect(releaseView(tested, at)).not.toContain('romoted')
})

test('so does the list, and a rollback to it is a rollback', () => {
  const rollback = aRelease({ ...released, services: {}, number: 8, kind: 'rollback', restores: 7 })
  const shown = historyView({ records: [rollback, released, tested], current: 8 }, at)
  expect(shown.split('\n').map((line) => line.split(/ {2,}/)[2])).toEqual([
    'KIND',
    'rollback to 7',
    'promoted from staging 12',
    'deploy',
  ])
})

test('so do the end of a promotion and the status', () => {
  const directions = { entry: 'https://shop.example', docs: '', mails: null, logins: [], examples: [] }
  const { changes } = plan
  const end = deployView(
    { outcome: 'deployed', release: released, changes },
    { environment: 'prod', directions, width: 80 },
  )
  expect(end.split('\n')[0]).toBe('Release 7 serves in prod, promoted from release 12 of staging.')
  const running = { serving: 7, entry: 'https://shop.example', instances: [] }
  const up = { environment: 'prod', state: 'up', current: released, running, drift: [], unfinished: null } as const
  expect(statusView(up, at)).toBe(
    'prod is up at https://shop.example: release 7 by ada, 3 min ago, promoted from release 12 of staging, commit aaaaaaa "Change the catalogue"',
  )
})
