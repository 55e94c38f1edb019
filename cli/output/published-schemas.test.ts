import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadComparisonSchema } from '../flows/loadtest/compare.ts'
import { loadReportSchema } from '../flows/loadtest/report.ts'
import { smokeReportSchema } from '../smoke/smoke-report.ts'
import { eventSchema } from './events.ts'
import { resultSchema } from './result-schema.ts'

test.each([
  ['shopctl.events-1.schema.json', eventSchema],
  ['shopctl.result-1.schema.json', resultSchema],
  ['shopctl.smoke-1.schema.json', smokeReportSchema],
  ['shopctl.loadtest-report-1.schema.json', loadReportSchema],
  ['shopctl.loadtest-compare-1.schema.json', loadComparisonSchema],
])('%s is what scripts were promised; a change that breaks them needs a new number', async (name, schema) => {
  const rendered = `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`
  await expect(rendered).toMatchFileSnapshot(join(import.meta.dirname, 'golden', name))
})
