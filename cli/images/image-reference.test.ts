import { expect, test } from 'vitest'
import { nameOfImage, parseImageReference, parseRegistryPlace } from './image-reference.ts'

const digest = `sha256:${'a'.repeat(64)}`

test.each([
  ['localhost:5000/node:24', { host: 'localhost:5000', repository: 'node', tag: '24', digest: null }],
  ['[::1]:5000/node', { host: '[::1]:5000', repository: 'node', tag: 'latest', digest: null }],
  [`gcr.io/distroless/nodejs24@${digest}`, { host: 'gcr.io', repository: 'distroless/nodejs24', tag: null, digest }],
  [`gcr.io/d/n:nonroot@${digest}`, { host: 'gcr.io', repository: 'd/n', tag: 'nonroot', digest }],
  ['node:24', { host: 'registry-1.docker.io', repository: 'library/node', tag: '24', digest: null }],
  ['team/app', { host: 'registry-1.docker.io', repository: 'team/app', tag: 'latest', digest: null }],
])('%s is read as docker reads it', (text, expected) => {
  expect(parseImageReference(text)).toEqual(expected)
})

test.each(['', 'UPPER/case', 'a b', 'host.test/x@sha256:short', 'host.test/'])('%s is refused', (text) => {
  expect(() => parseImageReference(text)).toThrow(expect.objectContaining({ code: 'IMAGE_NAME_INVALID' }))
})

test('the name of an image has no digest', () => {
  expect(nameOfImage(parseImageReference(`gcr.io/d/n:nonroot@${digest}`))).toBe('gcr.io/d/n:nonroot')
})

test('a registry may have a path that all repositories are below', () => {
  expect(parseRegistryPlace('localhost:5000')).toEqual({ host: 'localhost:5000', prefix: '' })
  expect(parseRegistryPlace('https://registry.test/team/shop/')).toEqual({
    host: 'registry.test',
    prefix: 'team/shop/',
  })
})
