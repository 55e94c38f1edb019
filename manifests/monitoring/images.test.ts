import { expect, test } from 'vitest'
import { addOnImageNames, addOnImageReference, addOnImages, imagesWithoutDigest, imageVariable } from './images.ts'

test('every image is pinned by version, and by a whole digest or an open word that none is known', () => {
  expect(addOnImageNames.toSorted()).toEqual(Object.keys(addOnImages).toSorted())
  for (const { version, digest, source } of Object.values(addOnImages)) {
    expect(version).toMatch(/^v?\d+\.\d+\.\d+$/)
    expect(digest).toMatch(/^(sha256:[0-9a-f]{64}|digest not known here)$/)
    expect(source).not.toBe('')
  }
})

test('no two images share a digest, as a slip of the pen would make them', () => {
  const digests = Object.values(addOnImages)
    .map(({ digest }) => digest)
    .filter((digest) => digest.startsWith('sha256:'))
  expect(new Set(digests).size).toBe(digests.length)
})

test('what is pinned by its version alone is listed', () => {
  expect(imagesWithoutDigest()).toEqual(['elasticsearch', 'filebeat'])
})

test('a reference names version and digest', () => {
  expect(addOnImageReference('grafana', {})).toBe(
    'docker.io/grafana/grafana:12.1.1@sha256:a1701c2180249361737a99a01bc770db39381640e4d631825d38ff4535efa47d',
  )
  expect(addOnImageReference('filebeat', {})).toBe('docker.elastic.co/beats/filebeat:8.11.0')
})

test('a registry that mirrors all of them takes the place of theirs, and the digest stays', () => {
  const variables = { SHOPCTL_MONITORING_REGISTRY: 'mirror.example:5000/third-party/' }
  expect(addOnImageReference('logstash', variables)).toBe(
    'mirror.example:5000/third-party/logstash/logstash:8.11.0@sha256:eafa03a609b619e8bbce7a61d66076aff55dff654eba947a6bc9ede7708ace6c',
  )
})

test('one image can be named whole, and wins over the registry', () => {
  expect(imageVariable('node-exporter')).toBe('SHOPCTL_NODE_EXPORTER_IMAGE')
  const variables = { SHOPCTL_NODE_EXPORTER_IMAGE: 'own.example/exporter:1', SHOPCTL_MONITORING_REGISTRY: 'm.example' }
  expect(addOnImageReference('node-exporter', variables)).toBe('own.example/exporter:1')
})
