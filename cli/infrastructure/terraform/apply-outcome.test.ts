import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyOutcome } from './apply-outcome.ts'
import { parseEvent } from './parse-events.ts'
import { emptyTaskList, withEvent } from './task-list.ts'
import { readStream, readStreamLines } from './testing/read-stream.ts'

const listOf = (name: string) => readStream(name).reduce(withEvent, emptyTaskList)
const outcomeOf = (name: string, exitCode: number) => applyOutcome(listOf(name), { exitCode, logFile: '/log' })

test('F23: an apply that succeeded has done everything', () => {
  expect(outcomeOf('apply-success', 0)).toEqual({
    outcome: 'done',
    done: ['aws_ssm_parameter.b', 'aws_ssm_parameter.a', 'aws_kms_key.slow', 'aws_kms_alias.after'],
    tainted: [],
    notBegun: [],
    failed: [],
    logFile: '/log',
  })
})

test('F24: of one that failed the reason is joined, and what waited for it was not begun', () => {
  expect(outcomeOf('apply-one-failed', 1)).toMatchObject({
    outcome: 'failed',
    done: ['aws_ssm_parameter.other'],
    notBegun: ['aws_ssm_parameter.dependent'],
    failed: [{ address: 'aws_ssm_parameter.dup', why: expect.stringContaining('ParameterAlreadyExists') }],
  })
})

test('F23: broken and unknown lines in between change nothing', () => {
  expect(outcomeOf('apply-noise', 1)).toEqual(outcomeOf('apply-one-failed', 1))
})

test('F10: what was under way at the interrupt is half made, and no failure of its own', () => {
  expect(outcomeOf('apply-interrupted', 1)).toMatchObject({
    outcome: 'interrupted',
    done: ['aws_ssm_parameter.quick2', 'aws_s3_bucket.b'],
    tainted: ['aws_s3_bucket_lifecycle_configuration.slow'],
    notBegun: ['aws_ssm_parameter.waits'],
    failed: [],
  })
})

test('F11: a second interrupt leaves the same lists', () => {
  expect(outcomeOf('apply-interrupted-twice', 1)).toMatchObject({
    outcome: 'interrupted',
    tainted: ['aws_s3_bucket_lifecycle_configuration.slow'],
    failed: [],
  })
})

test('F23: a stream that was cut off leaves what it told last', () => {
  const outcome = outcomeOf('apply-cut', 137)
  expect(outcome).toMatchObject({
    outcome: 'failed',
    done: ['aws_ssm_parameter.b', 'aws_ssm_parameter.a'],
    tainted: ['aws_kms_key.slow'],
    notBegun: ['aws_kms_alias.after'],
  })
})

test('a replacement is done when its second half is, whichever comes first', () => {
  const events = readStream('apply-replace')
  const until = (address: string, action: string) => {
    const at = events.findIndex(
      (event) => event.type === 'done' && event.address === address && event.action === action,
    )
    return events.slice(0, at + 1).reduce(withEvent, emptyTaskList)
  }
  expect(until('aws_ssm_parameter.a', 'delete').tasks.get('aws_ssm_parameter.a')?.state).toBe('running')
  expect(until('aws_ssm_parameter.b', 'create').tasks.get('aws_ssm_parameter.b')?.state).toBe('running')
  expect(outcomeOf('apply-replace', 0)).toMatchObject({ outcome: 'done', tainted: [], notBegun: [] })
  expect(outcomeOf('apply-replace', 0).done).toHaveLength(4)
})

test('a stale plan did nothing and names its reason', () => {
  expect(outcomeOf('stale-plan', 1)).toMatchObject({
    outcome: 'failed',
    done: [],
    tainted: [],
    failed: [{ address: 'terraform', why: expect.stringMatching(/^Saved plan is stale/) }],
  })
})

test('exit code 0 with an error diagnostic is no success', () => {
  const diagnostic = { severity: 'error', summary: 'odd', detail: '', address: null } as const
  const list = withEvent(listOf('apply-success'), { type: 'diagnostic', diagnostic })
  expect(applyOutcome(list, { exitCode: 0, logFile: '/log' }).outcome).toBe('failed')
})

test('wherever a stream is cut, each planned resource is in exactly one list', () => {
  const names = ['apply-success', 'apply-one-failed', 'apply-interrupted', 'apply-replace', 'destroy']
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(20_000), (name, at) => {
      const cut = readStreamLines(name).join('\n').slice(0, at).split('\n')
      const events = cut.map(parseEvent).filter((event) => event !== null)
      const { done, tainted, notBegun, failed } = applyOutcome(events.reduce(withEvent, emptyTaskList), {
        exitCode: 1,
        logFile: '/log',
      })
      const planned = new Set(events.flatMap((event) => (event.type === 'planned' ? [event.address] : [])))
      const listed = [...done, ...tainted, ...notBegun, ...failed.map(({ address }) => address)]
      expect(listed.filter((address) => address !== 'terraform').toSorted()).toEqual([...planned].toSorted())
    }),
  )
})
