import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../../services/kit/testing/free-port.ts'
import { isAnswered } from '../is-answered.ts'
import type { Measurement } from './row.ts'
import type { ShopUnderTest } from './shop-under-test.ts'

const bootMilliseconds = async ({ bundle, env }: ReturnType<ShopUnderTest['program']>): Promise<number> => {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [bundle], { env: { ...env, PORT: String(port) }, stdio: 'ignore' })
  const ended = once(child, 'exit')
  try {
    while (!(await isAnswered(port, '/health'))) {
      if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`)
      await pause(2)
    }
    return performance.now() - began
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

const bareMilliseconds = (): number => {
  const began = performance.now()
  spawnSync(process.execPath, ['-e', '0'], { stdio: 'ignore' })
  return performance.now() - began
}

/** From the spawn of the bundle to its first 200; the least of interleaved rounds. */
export const measureBoot = async (shop: ShopUnderTest, rounds: number): Promise<readonly Measurement[]> => {
  const least = { users: Number.POSITIVE_INFINITY, catalog: Number.POSITIVE_INFINITY, bare: Number.POSITIVE_INFINITY }
  for (let round = 0; round < rounds + 1; round++) {
    least.bare = Math.min(least.bare, bareMilliseconds())
    for (const service of ['users', 'catalog'] as const) {
      least[service] = Math.min(least[service], await bootMilliseconds(shop.program(service)))
    }
  }
  return (['users', 'catalog'] as const).flatMap((service): readonly Measurement[] => [
    {
      id: 'X10.boot',
      what: `${service}: spawn to first 200 ÷ node -e 0`,
      value: least[service] / least.bare,
      unit: '×',
      target: '<= 9',
    },
    { id: 'X10.boot', what: `${service}: spawn to first 200`, value: least[service], unit: 'ms', target: '<= 200' },
  ])
}
