import { build } from 'esbuild'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { failpointList } from './failpoint-list.ts'
import { armFailpoints, failpoint } from './failpoints.ts'
import { commonSettings, readSettings } from './settings.ts'
import { keptLog } from './testing/test-app.ts'

const log = keptLog()
const arm = (list: string) => armFailpoints(failpointList.parse(list), log.logger)
afterEach(() => armFailpoints(undefined, log.logger))

test('a place that is not armed does nothing', async () => {
  arm('a.b:throw')
  await failpoint('a.c')
})

test('an armed place throws each time it is reached, and says so in the log', async () => {
  arm('a.b:throw')
  await expect(failpoint('a.b')).rejects.toThrow('failpoint a.b')
  await expect(failpoint('a.b')).rejects.toThrow('failpoint a.b')
  expect(log.lines().at(-1)).toMatchObject({ level: 'WARN', failpoint: 'a.b', action: 'throw' })
})

test('a paused place goes on when it is told to, a slow one by itself', async () => {
  arm('a.paused:pause,a.slow:delay=20')
  let ended = false
  const paused = Promise.resolve(failpoint('a.paused')).then(() => {
    ended = true
  })
  expect(process.listenerCount('SIGUSR2')).toBe(2)
  // Begun after the paused one, and nobody told it anything.
  await failpoint('a.slow')
  expect(ended).toBe(false)
  process.kill(process.pid, 'SIGUSR2')
  await paused
  // A second signal comes too late for it, and must end nobody.
  expect(process.listenerCount('SIGUSR2')).toBe(1)
})

test.each([
  'a.b',
  'a.b:',
  'a.b:stop',
  'a.b:delay',
  'a.b:delay=x',
  'a.b:exit,',
  'a.b:exit, a.c:exit',
  'ab:exit',
  ':exit',
])('the list "%s" is refused', (list) => {
  expect(failpointList.safeParse(list).success).toBe(false)
})

test.each(['local', 'dev', 'staging', 'prod'])(
  'where SHOP_ENV is %s a set FAILPOINTS refuses to start',
  (environment) => {
    const reading = readFailpoints({ SHOP_ENV: environment, FAILPOINTS: 'a.b:exit' })
    expect(reading).toMatchObject({ ok: false, faults: [{ name: 'FAILPOINTS', rule: 'is only for SHOP_ENV test' }] })
    expect(readFailpoints({ SHOP_ENV: environment }).ok).toBe(true)
    expect(readFailpoints({ SHOP_ENV: 'test', FAILPOINTS: 'a.b:exit' }).ok).toBe(true)
  },
)

test('a bundle that leaves failpoints out has neither them nor their names, and refuses a list', async () => {
  const calls = `
    import { armFailpoints, failpoint } from './failpoints.ts'
    export async function pay() { await failpoint('pay.before'); return 'paid' }
    export const arm = armFailpoints`
  const bundled = async (define: Record<string, string>) => {
    const stdin = { contents: calls, resolveDir: import.meta.dirname, loader: 'ts' } as const
    const options = { bundle: true, write: false, format: 'esm', platform: 'node', minifySyntax: true } as const
    return (await build({ ...options, stdin, define })).outputFiles[0]?.text ?? ''
  }
  const whole = await bundled({})
  for (const part of ['pay.before', 'SIGUSR2', 'failpoint reached']) expect(whole).toContain(part)
  const without = await bundled({ FAILPOINTS_LEFT_OUT: 'true' })
  expect(without).not.toMatch(/pay\.before|SIGUSR2|process\.exit|failpoint reached/)
  expect(without).toContain('this build has none')
})

function readFailpoints(environment: Record<string, string>) {
  const { SHOP_ENV, FAILPOINTS } = commonSettings
  return readSettings(z.object({ SHOP_ENV, FAILPOINTS }), { environment, readFile: () => '' })
}
