import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../../services/kit/testing/free-port.ts'
import type { ServiceName } from '../../../services/registry.ts'
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
export const measureBoot = async (
  shop: ShopUnderTest,
  { rounds, names }: { readonly rounds: number; readonly names: readonly ServiceName[] },
): Promise<readonly Measurement[]> => {
  let bare = Number.POSITIVE_INFINITY
  const least = new Map<ServiceName, number>()
  for (let round = 0; round < rounds + 1; round++) {
    bare = Math.min(bare, bareMilliseconds())
    for (const name of names) {
      const now = await bootMilliseconds(shop.program(name))
      least.set(name, Math.min(now, least.get(name) ?? Number.POSITIVE_INFINITY))
    }
  }
  return [...least].flatMap(([name, value]): readonly Measurement[] => [
    { id: 'X10.boot', what: `${name}: spawn to first 200 ÷ node -e 0`, value: value / bare, unit: '×', target: '<= 9' },
    { id: 'X10.boot', what: `${name}: spawn to first 200`, value, unit: 'ms', target: '<= 200' },
  ])
}
