import { expect, test } from 'vitest'
import { innermostWords, pullFailure } from './pull-failure.ts'

/** Phrases beside those captured on a cluster with containerd 1.x (pod-observation.test.ts), as their sources have them. */
const phrases: readonly [runtime: string, message: string, means: string][] = [
  [
    'containerd 2',
    'failed to pull and unpack image "ghcr.io/shop/orders:1": failed to resolve reference "ghcr.io/shop/orders:1": ghcr.io/shop/orders:1: not found',
    'ImageNotFound',
  ],
  [
    'containerd, ECR',
    'failed to resolve reference "000000000000.dkr.ecr.us-east-1.amazonaws.com/orders:1": unexpected status from HEAD request to https://000000000000.dkr.ecr.us-east-1.amazonaws.com/v2/orders/manifests/1: 403 Forbidden',
    'RegistryLoginRefused',
  ],
  [
    'containerd, Docker Hub',
    'failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/x: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit.',
    'PullThrottled',
  ],
  [
    'containerd, private on Docker Hub',
    'failed to resolve reference "docker.io/shop/orders:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    'ImageNotFound',
  ],
  [
    'containerd, token refused',
    'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token: 401 Unauthorized',
    'RegistryLoginRefused',
  ],
  ['containerd, another architecture', 'no match for platform in manifest: not found', 'ImageNotFound'],
  ['docker', 'Error response from daemon: manifest for shop/orders:1 not found: manifest unknown', 'ImageNotFound'],
  [
    'docker',
    'Error response from daemon: Get "https://registry.example/v2/": no basic auth credentials',
    'RegistryLoginRefused',
  ],
  ['docker', 'toomanyrequests: Rate exceeded', 'PullThrottled'],
  ['CRI-O', 'reading manifest 1 in registry.example/orders: manifest unknown', 'ImageNotFound'],
  ['CRI-O', 'unable to retrieve auth token: invalid username/password: unauthorized: denied', 'RegistryLoginRefused'],
  [
    'containerd, its snapshot is gone',
    'failed to pull and unpack image "ghcr.io/shop/orders:1": failed to extract layer sha256:9f: failed to prepare extraction snapshot "extract-1 sha256:9f": parent snapshot sha256:4c does not exist: not found',
    'PullFailed',
  ],
  [
    'containerd, its content is gone',
    'failed to pull and unpack image "ghcr.io/shop/orders:1": failed to copy: content digest sha256:9f: not found',
    'PullFailed',
  ],
  [
    'containerd, its lease is gone',
    'failed to unpack image on snapshotter overlayfs: lease "17": not found',
    'PullFailed',
  ],
  ['network', 'dial tcp 10.0.0.1:443: i/o timeout', 'PullFailed'],
  ['network', 'net/http: TLS handshake timeout', 'PullFailed'],
  ['network', 'lookup registry.example on 10.0.0.2:53: no such host', 'PullFailed'],
  ['registry', 'unexpected status from HEAD request: 503 Service Unavailable', 'PullFailed'],
  ['disk', 'failed to extract layer: no space left on device', 'PullFailed'],
  ['unknown', 'something that nobody has said before', 'PullFailed'],
]

test.each(phrases)('%s: %s', (_, message, means) => {
  expect(pullFailure(message, '')).toBe(means)
})

test('a tag that reads like a code means nothing', () => {
  expect(pullFailure('"shop/orders:404": connection reset by peer', 'shop/orders:404')).toBe('PullFailed')
  expect(
    pullFailure('failed to resolve reference "shop/orders:429": shop/orders:429: not found', 'shop/orders:429'),
  ).toBe('ImageNotFound')
})

test('a message that does not name the image is kept whole', () => {
  expect(innermostWords('pull QPS exceeded', 'shop/orders:1')).toBe('pull QPS exceeded')
})
