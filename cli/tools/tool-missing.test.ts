import { expect, test } from 'vitest'
import { toolNotStarted } from './tool-missing.ts'

const notFound = Object.assign(new Error('spawn trivy ENOENT'), { code: 'ENOENT' })

test.each([
  ['linux', 'sudo snap install trivy'],
  ['darwin', 'brew install trivy'],
] as const)('on %s a missing tool is refused with what to type', (platform, fix) => {
  expect(toolNotStarted(notFound, { program: 'trivy', platform })).toMatchObject({
    code: 'TOOL_MISSING',
    exitCode: 3,
    why: ['spawn trivy ENOENT'],
    fix: [fix],
  })
})

test('a tool that nobody wrote down is installed by its own name', () => {
  expect(toolNotStarted(notFound, { program: 'jq', platform: 'linux' })).toMatchObject({
    fix: ['sudo apt-get install -y jq'],
  })
})

test('a program that is named by its path is looked at, not installed', () => {
  expect(toolNotStarted(notFound, { program: '/opt/trivy', platform: 'linux' })).toMatchObject({
    fix: ['ls -l /opt/trivy'],
  })
})

test('an error that does not say that the program is missing stays what it is', () => {
  const error = Object.assign(new Error('spawn trivy EAGAIN'), { code: 'EAGAIN' })
  expect(toolNotStarted(error, { program: 'trivy', platform: 'linux' })).toBe(error)
})
