import { expect, test } from 'vitest'
import { observabilityCheckView, renderedFilesView } from './observability-view.ts'

test('who says no is shown with its words, what was left out beside its row, and the verdict last', () => {
  const text = observabilityCheckView(
    {
      verdict: 'failed',
      environments: [
        {
          environment: 'prod',
          files: 27,
          checks: [
            { check: 'promtool check config', verdict: 'passed', words: ['without kubernetes_sd_configs'], fix: null },
            {
              check: 'promtool check rules',
              verdict: 'failed',
              words: ['alerts.yml: unknown function "rat"'],
              fix: null,
            },
            {
              check: 'amtool check-config',
              verdict: 'not-checked',
              words: ['amtool is not on PATH'],
              fix: 'brew install alertmanager',
            },
          ],
        },
      ],
    },
    { width: null },
  )
  expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
    'environment  check                  verdict      note',
    'prod         promtool check config  passed       without kubernetes_sd_configs',
    'prod         promtool check rules   says no',
    'prod         amtool check-config    not checked  amtool is not on PATH',
    '',
    'prod, promtool check rules:',
    '  alerts.yml: unknown function "rat"',
    '',
    'Something that is rendered would not be taken.',
    '  Fix: brew install alertmanager',
  ])
})

test('what several rows lack is offered once', () => {
  const check = { check: 'promtool', verdict: 'not-checked' as const, words: [], fix: 'brew install prometheus' }
  const environments = ['dev', 'prod'].map((environment) => ({ environment, files: 1, checks: [check, check] }))
  const text = observabilityCheckView({ verdict: 'not-checked', environments }, { width: null })
  expect(text).toMatch(/checked\.\n {2}Fix: brew install prometheus$/)
})

test('a folder is named for each environment', () => {
  const files = ['prometheus.yml', 'rules/alerts.yml'].map((path) => ({ path, bytes: 1 }))
  expect(renderedFilesView({ environments: [{ environment: 'dev', folder: 'reports/dev', files }] })).toBe(
    '2 files are in reports/dev.',
  )
})
