import { expect, test } from 'vitest'
import { scriptedRunner } from './scripted-runner.ts'

const signal = new AbortController().signal
const call = (program: string) => ({ program, args: ['--version'], timeoutSeconds: 1 })

test('planned calls are answered in their order', async () => {
  const runner = scriptedRunner([{ call: 'git --version', result: { stdout: '2.40' } }, { call: 'trivy --version' }])
  expect(await runner.runTool(call('git'), signal)).toEqual({
    exitCode: 0,
    stdout: '2.40',
    stderr: '',
    milliseconds: 0,
  })
  expect(runner.left()).toEqual(['trivy --version'])
  await runner.runTool(call('trivy'), signal)
  expect(runner.left()).toEqual([])
  expect(runner.made).toEqual([call('git'), call('trivy')])
})

test('a call that nobody planned is refused, also one that comes too early', async () => {
  const runner = scriptedRunner([{ call: 'git --version' }])
  await expect(runner.runTool(call('trivy'), signal)).rejects.toThrow('Nobody planned the call')
  await runner.runTool(call('git'), signal)
  await expect(runner.runTool(call('git'), signal)).rejects.toThrow('Nobody planned the call')
})

test('a planned error is thrown', async () => {
  const error = new Error('no such program')
  const runner = scriptedRunner([{ call: 'git --version', error }])
  await expect(runner.runTool(call('git'), signal)).rejects.toBe(error)
})
