import { accessSync, constants } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { freePort } from '../../services/kit/testing/free-port.ts'
import type { RenderedFile } from '../rendered-file.ts'
import { adaptFile, type Intervals } from './adapt-files.ts'
import { type BackgroundProgram, startProgram } from './background-program.ts'

/** One entry of a file of targets, as Prometheus' `file_sd_configs` reads it. */
export type TargetGroup = {
  /** `127.0.0.1:9464` */
  readonly targets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

export type RealPrometheus = {
  readonly url: string
  readonly alertmanagerUrl: string
  /** Where the rendered files lie, as they were adapted. */
  readonly directory: string
  /** What is scraped from now on; Prometheus looks at the file at once. */
  setTargets(groups: readonly TargetGroup[]): Promise<void>
  /** What both have written, for a failed test. */
  output(): string
  /** Ends both and removes the folder. */
  end(): Promise<void>
}

export type RealPrometheusRequest = {
  readonly files: readonly RenderedFile[]
  readonly targets?: readonly TargetGroup[]
  readonly intervals?: Partial<Intervals>
  /** Is told what receivers are told, each at its path `/<receiver>`. */
  readonly webhook?: string
}

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const onPath = (name: string): string | null => {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return folders.map((folder) => join(folder, name)).find(isProgram) ?? null
}

const prometheus = onPath('prometheus')
/** Debian's package calls it by the first name. */
const alertmanager = onPath('prometheus-alertmanager') ?? onPath('alertmanager')

/** Why a test of the real programs cannot run here; null where it can. */
export const noPrometheus: string | null =
  prometheus === null ? 'no prometheus on PATH' : alertmanager === null ? 'no prometheus-alertmanager on PATH' : null

const shortIntervals: Intervals = { scrapeSeconds: 1, evaluationSeconds: 1, groupSeconds: 1, timesFaster: 1 }

type Place = { readonly directory: string; readonly port: number }

const startAlertmanager = ({ directory, port }: Place): Promise<BackgroundProgram> =>
  startProgram(alertmanager ?? '', {
    args: [
      `--config.file=${join(directory, 'alertmanager/alertmanager.yml')}`,
      `--storage.path=${join(directory, 'alertmanager-data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    readyUrl: `http://127.0.0.1:${port}/-/ready`,
  })

const startPrometheus = ({ directory, port }: Place): Promise<BackgroundProgram> =>
  startProgram(prometheus ?? '', {
    args: [
      `--config.file=${join(directory, 'prometheus/prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'prometheus-data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--rules.alert.resend-delay=1s',
      // What pended before is of no use to a test, and waiting for it would be.
      '--rules.alert.for-grace-period=1s',
    ],
    readyUrl: `http://127.0.0.1:${port}/-/ready`,
  })

const writeFiles = async (directory: string, files: readonly RenderedFile[]): Promise<void> => {
  for (const { path, text } of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
}

/** Renamed into place: a file that is half written is an error in Prometheus' log. */
const writeTargets = async (file: string, groups: readonly TargetGroup[]): Promise<void> => {
  await writeFile(`${file}.new`, JSON.stringify(groups))
  await rename(`${file}.new`, file)
}

/** Prometheus and Alertmanager on free ports with these rendered files, adapted to a test's short time. */
export async function startRealPrometheus(request: RealPrometheusRequest): Promise<RealPrometheus> {
  if (noPrometheus !== null) throw new Error(noPrometheus)
  const { files, targets = [], intervals, webhook = null } = request
  const directory = await mkdtemp(join(tmpdir(), 'shopctl-prometheus-'))
  const ports = { prometheus: await freePort(), alertmanager: await freePort() }
  const targetsFile = join(directory, 'targets.json')
  const adaptation = {
    targetsFile,
    prometheus: `127.0.0.1:${ports.prometheus}`,
    alertmanager: `127.0.0.1:${ports.alertmanager}`,
    intervals: { ...shortIntervals, ...intervals },
    webhook,
  }
  const started: BackgroundProgram[] = []
  const end = async () => {
    await Promise.all(started.map((program) => program.end()))
    await rm(directory, { recursive: true, force: true })
  }
  try {
    await writeFiles(
      directory,
      files.map((file) => adaptFile(file, adaptation)),
    )
    await writeTargets(targetsFile, targets)
    started.push(await startAlertmanager({ directory, port: ports.alertmanager }))
    started.push(await startPrometheus({ directory, port: ports.prometheus }))
  } catch (error) {
    await end()
    throw error
  }
  return {
    url: `http://127.0.0.1:${ports.prometheus}`,
    alertmanagerUrl: `http://127.0.0.1:${ports.alertmanager}`,
    directory,
    setTargets: (groups) => writeTargets(targetsFile, groups),
    output: () => started.map((program) => program.output()).join('\n'),
    end,
  }
}
