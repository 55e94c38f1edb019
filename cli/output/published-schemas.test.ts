import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { loadComparisonSchema } from '../flows/loadtest/compare.ts'
import { loadReportSchema } from '../flows/loadtest/report.ts'
import { addOnsResultSchema } from '../flows/observability/apply.ts'
import { checkResultSchema } from '../flows/observability/check.ts'
import { previewReportSchema } from '../flows/observability/preview.ts'
import { observeResultSchema } from '../flows/observe.ts'
import { sloReportSchema } from '../flows/slo.ts'
import { topLookSchema } from '../flows/top.ts'
import { upReportSchema } from '../flows/up/up-report.ts'
import { smokeReportSchema } from '../smoke/smoke-report.ts'
import { eventSchema } from './events.ts'
import { resultSchema } from './result-schema.ts'

test.each([
  ['shopctl.events-1.schema.json', eventSchema],
  ['shopctl.result-1.schema.json', resultSchema],
  ['shopctl.smoke-1.schema.json', smokeReportSchema],
  ['shopctl.observability-check-1.schema.json', checkResultSchema],
  ['shopctl.add-ons-1.schema.json', addOnsResultSchema],
  ['shopctl.up-1.schema.json', upReportSchema],
  ['shopctl.observability-preview-1.schema.json', previewReportSchema],
  ['shopctl.loadtest-report-1.schema.json', loadReportSchema],
  ['shopctl.loadtest-compare-1.schema.json', loadComparisonSchema],
  ['shopctl.observe-1.schema.json', observeResultSchema],
  ['shopctl.slo-1.schema.json', sloReportSchema],
  ['shopctl.top-1.schema.json', topLookSchema],
])('%s is what scripts were promised; a change that breaks them needs a new number', async (name, schema) => {
  const rendered = `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`
  await expect(rendered).toMatchFileSnapshot(join(import.meta.dirname, 'golden', name))
})
