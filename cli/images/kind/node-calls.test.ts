import { expect, test } from 'vitest'
import { contentCall, imagesCall, importCall, parseContent, parseImages } from './node-calls.ts'

const digest = (digit: string) => `sha256:${digit.repeat(64)}`
const row = (reference: string, status: string) =>
  `${reference}     application/vnd.oci.image.index.v1+json ${digest('a')} ${status} 43.5 MiB/43.5 MiB false   `

test('a node is asked in the namespace of the kubelet', () => {
  expect(imagesCall.join(' ')).toBe('ctr --namespace=k8s.io images check name~=^kind.invalid/')
  expect(contentCall.join(' ')).toBe('ctr --namespace=k8s.io content ls --quiet')
  expect(importCall('arm64').join(' ')).toBe(
    'ctr --namespace=k8s.io images import --no-unpack --platform linux/arm64 -',
  )
})

test('only images whose content is all there count', () => {
  const whole = `kind.invalid/edge@${digest('1')}`
  const stdout = [
    'REF                 TYPE             DIGEST      STATUS         SIZE                UNPACKED ',
    row(whole, 'complete (3/3)'),
    row(`kind.invalid/orders@${digest('2')}`, 'incomplete (2/3)'),
    row(`kind.invalid/users@${digest('3')}`, 'unavailable (0/?)'),
    row(`localhost:5000/edge@${digest('4')}`, 'complete (3/3)'),
    '',
  ].join('\n')
  expect(parseImages(stdout)).toEqual([whole])
  expect(parseImages('')).toEqual([])
})

test('a content store is a set of digests', () => {
  expect(parseContent(`${digest('1')}\n${digest('2')}\n\n`)).toEqual(new Set([digest('1'), digest('2')]))
})
