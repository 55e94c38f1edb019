import type { Reporter } from '../output/events.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { Redactor } from '../tools/redact.ts'
import { annotateRelease } from './annotate-release.ts'
import { type Grafana, readGrafanaSettings } from './grafana-settings.ts'
import { releaseAnnotation } from './release-annotation.ts'

export type TellGrafana = {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly redactor: Redactor
  readonly reporter: Reporter
  readonly signal: AbortSignal
}

export type ClosedRelease = { readonly release: ReleaseRecord; readonly previous: ReleaseRecord | null }

/** Marks a release that is closed in Grafana's graphs, where there is a Grafana. Never throws; what fails is one line. */
export const tellGrafana = async (closed: ClosedRelease, means: TellGrafana): Promise<void> => {
  const settings = await readGrafanaSettings(means.variables)
  if (settings.kind === 'none') return
  const why = settings.kind === 'unusable' ? settings.why : await write(closed, { ...settings, ...means })
  if (why === null) return
  const message = `Release ${closed.release.number} is not marked in Grafana: ${why}.`
  means.reporter.emit({ type: 'warning', message, fix: [] })
}

type WriteMeans = Pick<TellGrafana, 'redactor' | 'signal'> & { readonly grafana: Grafana }

const write = ({ release, previous }: ClosedRelease, means: WriteMeans): Promise<string | null> => {
  const { grafana, redactor, signal } = means
  redactor.register(grafana.token)
  const { text, ...rest } = releaseAnnotation(release, previous)
  return annotateRelease({ ...rest, text: redactor.redact(text) }, { grafana, signal })
}
