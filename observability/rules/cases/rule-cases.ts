import type { RenderTarget } from '../../render-target.ts'
import { burnRateCases } from './burn-rate-cases.ts'
import { fewRequestsCases } from './few-requests-cases.ts'
import { httpCases } from './http-cases.ts'
import { monitoringCases } from './monitoring-cases.ts'
import { pastBurstCase } from './past-burst-case.ts'
import { resourceCases } from './resource-cases.ts'
import type { RuleCase } from './rule-case.ts'
import { workCases } from './work-cases.ts'

export type CaseFile = {
  readonly name: string
  /** Files of rules that take part: every case evaluates all of them at every step. */
  readonly rules: readonly string[]
  readonly cases: readonly RuleCase[]
}

export const caseFiles = (target: RenderTarget): readonly CaseFile[] => [
  {
    name: 'alerts',
    rules: ['prometheus/rules/recording.yml', 'prometheus/rules/alerts.yml'],
    cases: [...httpCases, ...resourceCases(target), ...workCases],
  },
  {
    name: 'objectives',
    rules: ['prometheus/rules/objectives.yml'],
    cases: [...burnRateCases, pastBurstCase, ...fewRequestsCases],
  },
  { name: 'monitoring', rules: ['prometheus/rules/monitoring.yml'], cases: monitoringCases(target) },
]

export const ruleCases = (target: RenderTarget): readonly RuleCase[] => caseFiles(target).flatMap(({ cases }) => cases)
