import { parseArgs } from 'node:util'
import { measureCosts } from './observability/cost-rows.ts'
import { machineNow, renderRow, resultsFile, writeResults } from './services/results-file.ts'
import { judgedRow } from './services/row.ts'
import { startShopUnderTest } from './services/shop-under-test.ts'

const options = {
  rounds: { type: 'string', default: '7' },
  requests: { type: 'string', default: '3000' },
  write: { type: 'boolean', default: false },
} as const

const say = (line: string) => process.stdout.write(`${line}\n`)

/** What metrics, logs and traces cost: CPU microseconds a request, each off and on in one run, minimum of interleaved rounds. */
export const benchObservability = async (words: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...words], options })
  const before = machineNow()
  const shop = await startShopUnderTest()
  try {
    const { helloMicroseconds: hello, rows: measured } = await measureCosts({
      shop,
      rounds: Number(values.rounds),
      requests: Number(values.requests),
    })
    say(`H, a Hono hello in the same run: ${hello.toFixed(1)} µs a request; load before ${before.load}`)
    const rows = measured.map((one) => judgedRow(one, {}))
    for (const row of rows) say(renderRow(row))
    if (!values.write) return
    writeResults('observability', { machine: before, hello, rows })
    say(`written to ${resultsFile}`)
  } finally {
    await shop.close()
  }
}
