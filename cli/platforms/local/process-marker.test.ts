import { expect, test } from 'vitest'
import { markerOf, parsePsEnvironment } from './process-marker.ts'

test('of the list of ps only the processes of this directory are taken', () => {
  const mine = markerOf('/srv/my shop', 'users-4-ab12cd')
  const other = markerOf('/srv/other', 'users-4-ab12cd')
  const text = [
    `  411 node bundle.mjs PORT=1 SHOPCTL_PROCESS=${mine} HOST=127.0.0.1`,
    `  412 node bundle.mjs SHOPCTL_PROCESS=${other}`,
    '    1 /sbin/launchd',
    `  413 node NOT_SHOPCTL_PROCESS=${mine}`,
  ].join('\n')
  expect(parsePsEnvironment(text, '/srv/my shop')).toEqual([{ processId: 411, id: 'users-4-ab12cd' }])
})
