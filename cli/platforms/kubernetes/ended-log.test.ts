import { expect, test } from 'vitest'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { fetchEndedLog } from './ended-log.ts'

const gone =
  'unable to retrieve container logs for containerd://c42ee82048cfb39a7faeaae1ed2e5e3d043cd5cb54770c63ff6e05cfe87f2319'
const notYet = new ShopctlError({ code: 'KUBE_REFUSED', outcome: 'refused', what: 'the container is being started' })
const forbidden = new ShopctlError({ code: 'KUBE_FORBIDDEN', outcome: 'refused', what: 'no rights' })

/** One answer after the other, the last one again and again. */
const fetchFrom = (answers: readonly (string | ShopctlError)[]) => {
  const left = [...answers]
  const client = {
    logs: async () => {
      const [answer = ''] = left.length > 1 ? left.splice(0, 1) : left
      if (answer instanceof ShopctlError) throw answer
      return answer
    },
  }
  const signal = AbortSignal.timeout(10_000)
  return fetchEndedLog({ client, namespace: 'shop', pod: 'migrate-1', patienceSeconds: 0.5, signal })
}

test('a log is waited for a little', async () => {
  expect(await fetchFrom([notYet, gone, 'out of gas\n'])).toBe('out of gas\n')
})

test("what the kubelet says of a log that is gone is not the program's last word", async () => {
  expect(await fetchFrom([gone])).toBe('')
  expect(await fetchFrom([notYet])).toBe('')
})

test('a line that only speaks of such a log is one of the program', async () => {
  expect(await fetchFrom([`error: ${gone}\n`])).toBe(`error: ${gone}\n`)
})

test('who may not read it is told so at once', async () => {
  await expect(fetchFrom([forbidden, 'never'])).rejects.toBe(forbidden)
})
