import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { installationNames } from '../../stacks/installations.ts'
import type { StackReference } from '../../stacks/stack-reference.ts'
import { type Figure, isMissed, renderFigures } from './figures.ts'

const root = join(import.meta.dirname, '..', '..')

const shared: readonly StackReference[] = [{ kind: 'state' }, { kind: 'registry' }]
const shops = installationNames.map((installation) => ({ kind: 'shop', installation }) as const)

/** What one process used: its whole life as it is seen from outside, its CPU time and its memory at the most. */
type Use = { readonly milliseconds: number; readonly cpuMilliseconds: number; readonly megabytes: number }

type Place = { readonly bundle: string; readonly folder: string }

const report =
  'const u = process.resourceUsage(); console.log(JSON.stringify([(u.userCPUTime + u.systemCPUTime) / 1000, u.maxRSS * 1024 / 1e6]))'

/** As shopctl loads stacks/: bundled, with cdktf where npm put it, and with a compile cache that is warm. */
const synthProgram = ({ bundle, folder }: Place, stacks: readonly StackReference[]): string => `
  globalThis[Symbol.for('shopctl.repository')] = ${JSON.stringify(root)}
  const { synthesise } = require(${JSON.stringify(bundle)})
  for (const [index, stack] of ${JSON.stringify(stacks)}.entries())
    synthesise(stack, { folder: ${JSON.stringify(folder)} + '/' + index, backend: 's3' })
  ${report}
`

const useOf = (program: string, { folder }: Place): Use => {
  const env = { PATH: process.env.PATH, NODE_COMPILE_CACHE: join(folder, 'compiled') }
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8', env })
  const milliseconds = performance.now() - began
  if (status !== 0) throw new Error(stderr)
  const [cpuMilliseconds = Number.NaN, megabytes = Number.NaN] = JSON.parse(stdout)
  return { milliseconds, cpuMilliseconds, megabytes }
}

const bundleInto = async (bundle: string): Promise<void> => {
  await build({
    absWorkingDir: root,
    entryPoints: ['stacks/main.ts'],
    outfile: bundle,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node24',
    minify: true,
    external: ['cdktf', '@cdktf/*', 'constructs'],
    define: { 'import.meta.dirname': '__dirname' },
    logLevel: 'silent',
  })
}

const beyond = (empty: readonly Use[], full: readonly Use[], field: keyof Use): readonly number[] =>
  full.map((use, round) => use[field] - (empty[round]?.[field] ?? Number.NaN))

type Limits = { readonly milliseconds: number; readonly megabytes: number }

const rows = (label: string, [empty, full]: readonly [readonly Use[], readonly Use[]], limits: Limits | null) => {
  const figure = (what: string, unit: string, field: keyof Use, atMost: number | null): Figure => ({
    label: `${label}: ${what} beyond an empty Node`,
    unit,
    values: beyond(empty, full, field),
    atMost,
  })
  return [
    figure('time', 'ms', 'milliseconds', limits?.milliseconds ?? null),
    figure('CPU time', 'ms', 'cpuMilliseconds', null),
    figure('memory', 'MB', 'megabytes', limits?.megabytes ?? null),
  ]
}

const versionOnce = (): number => {
  const began = performance.now()
  const { status } = spawnSync(join(root, 'bin', 'shopctl'), ['--version'], { stdio: 'ignore' })
  if (status !== 0) throw new Error('shopctl --version did not end well')
  return performance.now() - began
}

/** What a synth costs beyond an empty Node, in turns with it. Exits 5 where it is more than was promised. */
export const benchSynth = async (words: readonly string[]): Promise<void> => {
  const options = { rounds: { type: 'string', default: '15' }, write: { type: 'boolean' } } as const
  // The second half of this bench has flags of its own.
  const { values } = parseArgs({ args: [...words], options, strict: false })
  // Inside node_modules, so that the bundle finds cdktf.
  const place = {
    bundle: join(mkdtempSync(join(root, 'node_modules', '.bench-synth-')), 'main.cjs'),
    folder: mkdtempSync(join(tmpdir(), 'bench-synth-')),
  }
  try {
    await bundleInto(place.bundle)
    const programs = {
      empty: report,
      prod: synthProgram(place, [...shared, { kind: 'shop', installation: 'prod' }]),
      all: synthProgram(place, [...shared, ...shops]),
    }
    // The first round fills caches and is not counted.
    for (const program of Object.values(programs)) useOf(program, place)
    versionOnce()
    const empty: Use[] = []
    const prod: Use[] = []
    const all: Use[] = []
    const version: number[] = []
    for (let round = 0; round < Number(values.rounds); round++) {
      empty.push(useOf(programs.empty, place))
      prod.push(useOf(programs.prod, place))
      all.push(useOf(programs.all, place))
      version.push(versionOnce())
    }
    const figures = [
      ...rows('all stacks of prod', [empty, prod], { milliseconds: 300, megabytes: 100 }),
      ...rows('and those of dev and staging', [empty, all], null),
      { label: 'empty Node', unit: 'ms', values: empty.map(({ milliseconds }) => milliseconds), atMost: null },
      { label: 'shopctl --version', unit: 'ms', values: version, atMost: null },
    ]
    const table = renderFigures(figures)
    process.stdout.write(`${table}\n`)
    if (values.write) {
      mkdirSync(join(root, 'reports'), { recursive: true })
      writeFileSync(join(root, 'reports', 'synth.txt'), `${table}\n`)
    }
    if (figures.some(isMissed)) process.exitCode = 5
  } finally {
    rmSync(join(place.bundle, '..'), { recursive: true })
    rmSync(place.folder, { recursive: true })
  }
}
