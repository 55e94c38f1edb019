import { expect, test } from 'vitest'
import { renderToolCall } from '../../tools/tool-call.ts'
import { downloadDatabaseCall, type ScanTarget, scanCall, type TrivyPlace, versionCall } from './trivy-calls.ts'

const place: TrivyPlace = {
  cacheDirectory: '/cache',
  scratch: '/scratch',
  variables: { PATH: '/bin', AWS_PROFILE: 'prod', DOCKER_CONFIG: '/docker', TRIVY_DB_REPOSITORY: 'mirror/db' },
}
const start = '(cd /scratch && PATH=/bin TRIVY_DB_REPOSITORY=mirror/db'
const home = 'HOME=/scratch TMPDIR=/scratch'
const common =
  '--format json --output /scratch/report.json --severity UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL --exit-code 0 --ignorefile /scratch/no-waivers.yaml --skip-version-check --disable-telemetry'
const database = '--list-all-pkgs --show-suppressed --skip-db-update --cache-backend memory --no-progress'
const skips =
  "--skip-dirs '**/node_modules' --skip-dirs '**/.git' --skip-dirs .shopctl --skip-dirs reports --skip-dirs coverage"

test('the version and the database', () => {
  expect(renderToolCall(versionCall(place))).toBe(`${start} ${home} trivy version --format json --cache-dir /cache)`)
  expect(renderToolCall(downloadDatabaseCall(place))).toBe(
    `${start} ${home} trivy image --download-db-only --no-progress --skip-version-check --disable-telemetry --cache-dir /cache)`,
  )
})

test.each<[ScanTarget, string]>([
  [
    { kind: 'image', path: '/layout' },
    `image ${common} --scanners vuln,secret ${database} --image-config-scanners secret --input /layout`,
  ],
  [{ kind: 'fs', path: '/shop' }, `fs ${common} --scanners vuln ${database} ${skips} /shop`],
  [{ kind: 'secrets', path: '/shop' }, `fs ${common} --scanners secret --no-progress ${skips} /shop`],
  [{ kind: 'config', path: '/shop' }, `config ${common} ${skips} /shop`],
])('%j', (target, words) => {
  expect(renderToolCall(scanCall(place, target))).toBe(`${start} ${home} trivy ${words} --cache-dir /cache)`)
})

test('only an image by reference gets the login of the container engine', () => {
  const byReference = scanCall(place, { kind: 'image', reference: 'registry.example/users@sha256:0' })
  expect(byReference.env).toMatchObject({ DOCKER_CONFIG: '/docker' })
  expect(byReference.args.at(-3)).toBe('registry.example/users@sha256:0')
  expect(scanCall(place, { kind: 'image', path: '/layout' }).env).not.toHaveProperty('DOCKER_CONFIG')
})
