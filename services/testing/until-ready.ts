import { setTimeout as delay } from 'node:timers/promises'

/** A service that listens may still have to fetch the keys by which it knows its callers. */
export async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const { status } = await fetch(`${url}/health?check=ready`)
    if (status === 200) return
    if (performance.now() > deadline) throw new Error(`${url} answers ${status} when asked whether it is ready`)
    await delay(50)
  }
}
