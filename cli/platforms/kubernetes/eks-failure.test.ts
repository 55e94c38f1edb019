import { expect, test } from 'vitest'
import { eksFailure } from './eks-failure.ts'

const place = { name: 'shop-prod', region: 'us-east-1', account: '000000000000', environment: 'staging' }
const named = (name: string) => Object.assign(new Error(`words of ${name}`), { name })

test.each([
  ['CredentialsProviderError', 'AWS_NOT_LOGGED_IN', 3],
  ['ExpiredTokenException', 'AWS_NOT_LOGGED_IN', 3],
  ['UnrecognizedClientException', 'AWS_NOT_LOGGED_IN', 3],
  ['AccessDeniedException', 'EKS_FORBIDDEN', 3],
  ['ResourceNotFoundException', 'EKS_CLUSTER_MISSING', 3],
  ['TimeoutError', 'UNREACHABLE', 6],
])('%s of AWS is %s', (name, code, exitCode) => {
  expect(eksFailure(named(name), place)).toMatchObject({ code, exitCode, why: [`${name}: words of ${name}`] })
})

test('who is not logged in is told the three ways in', () => {
  expect(eksFailure(named('CredentialsProviderError'), place).fix).toHaveLength(3)
})
