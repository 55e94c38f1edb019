import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { outputOf, pinnedTo } from './pinned.ts'

const installSeconds = 180

const reportSchema = z.object({ aggregate: z.object({ counters: z.record(z.string(), z.number()) }) })

type Attempt = { readonly origin: string; readonly seconds: number }

/** Requests a second on one core, each user sending many; a text where it could not be had: why. */
export const artilleryRate = async ({ origin, seconds }: Attempt): Promise<number | string> => {
  const directory = await mkdtemp(join(tmpdir(), 'artillery-'))
  try {
    const install = [
      'npm',
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--prefix',
      directory,
      'artillery',
    ]
    await outputOf(install, { seconds: installSeconds, cwd: directory })
    const scenario = { flow: [{ loop: [{ get: { url: '/' } }], count: 1_000_000 }] }
    const config = { target: origin, phases: [{ duration: 1, arrivalCount: 64 }], http: { pool: 64 } }
    await writeFile(join(directory, 'script.json'), JSON.stringify({ config, scenarios: [scenario] }))
    const artillery = join(directory, 'node_modules', '.bin', 'artillery')
    const words = ['timeout', '-s', 'INT', String(seconds), artillery, 'run', '-o', 'report.json', 'script.json']
    await outputOf(pinnedTo(0, words), { seconds: seconds + 60, cwd: directory }).catch(() => '')
    const report = reportSchema.parse(JSON.parse(await readFile(join(directory, 'report.json'), 'utf8')))
    return (report.aggregate.counters['http.responses'] ?? 0) / seconds
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
