import { expect, test } from 'vitest'
import { buildFacts } from './build-facts.ts'

const job = { JOB_NAME: 'shop/feature%2Fx', BUILD_NUMBER: '7', BUILD_URL: 'https://jenkins.example/7/' }

test.each([
  [{ ...job, BRANCH_NAME: 'PR-17', CHANGE_ID: '17', CHANGE_TARGET: 'main' }, 'pull request 17 into main'],
  [{ ...job, BRANCH_NAME: 'v1.2.0', TAG_NAME: 'v1.2.0' }, 'tag v1.2.0'],
  [{ ...job, BRANCH_NAME: 'main' }, 'branch main'],
  [job, 'a job of its own'],
  [{}, 'by hand'],
])('%o is %s', (variables, trigger) => {
  expect(buildFacts(variables, 'kim').trigger).toBe(trigger)
})

test('a branch in the name of its job is read as it is written', () => {
  expect(buildFacts(job, 'kim')).toMatchObject({ name: 'shop/feature/x #7', url: 'https://jenkins.example/7/' })
})

test('a name that is no encoded one stays', () => {
  expect(buildFacts({ ...job, JOB_NAME: '100%' }, 'kim').name).toBe('100% #7')
})
