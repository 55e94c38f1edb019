import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { refuseUntrusted, trustedScanner } from '../cli/images/scan/scanner-version.ts'
import { installCommand } from '../cli/tools/tool-missing.ts'

const root = join(import.meta.dirname, '..')
const text = readFileSync(join(import.meta.dirname, 'agent.Dockerfile'), 'utf8')
/** One instruction on each line. */
const instructions = text
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
const named = (word: string) => instructions.filter((line) => line.startsWith(`${word} `))
const argument = (name: string): string => {
  const [, value] = new RegExp(`^ARG ${name}=(\\S+)$`, 'm').exec(text) ?? []
  if (value === undefined) throw new Error(`agent.Dockerfile has no ${name}`)
  return value
}

describe('the agent image', () => {
  test('stands on images that are named by their digest, and by no moving name', () => {
    const from = named('FROM')
    expect(from).toHaveLength(2)
    for (const line of from)
      expect(line).toMatch(/^FROM --platform=\$PLATFORM [\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}( AS \w+)?$/)
    expect(text).not.toMatch(/latest|lts\b|stable-slim|curl[^\n]*\|\s*(ba)?sh/)
  })

  test('compares every download with a digest before it is opened', () => {
    const downloads = named('RUN').filter((line) => /curl -/.test(line))
    expect(downloads).toHaveLength(5)
    for (const line of downloads) {
      const [, file] = /curl -fsSLo (\S+) "https:\/\/[^"]*_?VERSION\}[^"]*"; /.exec(line) ?? []
      expect(line).toMatch(
        new RegExp(`; echo "\\$\\{[A-Z_]+_SHA256\\}  ${file}" \\| sha256sum -c -; (mkdir|tar|unzip)`),
      )
    }
    for (const name of [...text.matchAll(/^ARG (\w+_SHA256)=/gm)].map(([, one]) => one ?? '')) {
      expect(argument(name)).toMatch(/^[0-9a-f]{64}$/)
    }
    expect(named('ADD')).toEqual([])
  })

  test('installs packages of the distribution by version, and keeps no lists of them', () => {
    for (const line of named('RUN').filter((one) => one.includes('apt-get install'))) {
      const [, words = ''] = /--no-install-recommends +([^;]+);/.exec(line) ?? []
      for (const word of words.trim().split(/ +/)) expect(word).toMatch(/^[a-z0-9-]+=\S*\d\S*$/)
      expect(line).toContain('rm -rf /var/lib/apt/lists/*')
    }
  })

  test('runs as nobody in particular, and holds no secret', () => {
    expect(instructions.at(-1)).toBe('USER jenkins')
    expect(text).not.toMatch(/TOKEN|PASSWORD|SECRET|ACCESS_KEY/)
  })

  test('starts every tool once while it is built', () => {
    const started = named('RUN').flatMap((line) => /^RUN \["([\w-]+)"/.exec(line)?.[1] ?? [])
    expect(started).toEqual(['node', 'git', 'trivy', 'terraform', 'sonar-scanner', 'docker'])
  })

  test('has the versions that this repository works with', () => {
    const own = z
      .object({ devDependencies: z.object({ node: z.string() }) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
    expect(argument('NODE_VERSION')).toBe(own.devDependencies.node)
    expect(argument('TRIVY_VERSION')).toBe(trustedScanner.recommended)
    expect(() => refuseUntrusted(argument('TRIVY_VERSION'))).not.toThrow()
    expect(argument('TERRAFORM_VERSION')).toMatch(/^1\.11\./)
    expect(installCommand('sonar-scanner', 'linux')).toContain(argument('SONAR_SCANNER_VERSION'))
  })
})
