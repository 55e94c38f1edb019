import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { buildFacts } from '../evidence/build-facts.ts'
import type { Evidence, Outcome } from '../evidence/evidence.ts'
import { gatherEvidence } from '../evidence/gather-evidence.ts'
import { readReports } from '../evidence/read-reports.ts'
import { renderMarkdown } from '../evidence/render-markdown.ts'
import { renderPage } from '../evidence/render-page.ts'
import { renderSlack } from '../evidence/render-slack.ts'
import { readChanges } from '../releases/read-changes.ts'
import { readCommit } from '../releases/read-commit.ts'
import { runTool } from '../tools/run-tool.ts'
import type { RunTool } from '../tools/tool-call.ts'

export type EvidenceRequest = {
  /** Where the commands and the tests have left their reports. */
  readonly reports: string
  readonly output: string
  /** Null: as the commands ended. */
  readonly outcome: Outcome | null
  /** A commit from which on changes are told; null: what Jenkins says, or the tag before. */
  readonly since: string | null
  readonly repository: string
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly who: string
  readonly run?: RunTool
  readonly signal: AbortSignal
  readonly redact: (text: string) => string
}

export const evidenceFiles = { page: 'index.html', comment: 'summary.md', message: 'slack.json' } as const

export type EvidenceResult = {
  readonly outcome: Outcome
  readonly sentence: string
  readonly files: Readonly<Record<keyof typeof evidenceFiles, string>>
  readonly evidence: Evidence
}

/** One page, one comment and one message of all that a pipeline run has left behind. */
export async function collectEvidence(request: EvidenceRequest): Promise<EvidenceResult> {
  const { reports: folder, output, repository, variables, run = runTool, signal, redact } = request
  const [left, commit, changes] = await Promise.all([
    readReports(folder),
    readCommit(repository, { run, signal }),
    readChanges({ repository, since: request.since, variables }, { run, signal }),
  ])
  // A build that was stopped before its first command is told too, where somebody says how it ended.
  const isEmpty = left.reports.length === 0 && left.tests.length === 0
  if (isEmpty && request.outcome === null) throw nothingLeft(folder)
  const evidence = gatherEvidence({
    ...left,
    build: buildFacts(variables, request.who),
    commit,
    changes,
    outcome: request.outcome,
  })
  const texts = {
    page: renderPage(evidence),
    comment: renderMarkdown(evidence),
    message: `${JSON.stringify(renderSlack(evidence), null, 2)}\n`,
  }
  const files = {
    page: join(output, evidenceFiles.page),
    comment: join(output, evidenceFiles.comment),
    message: join(output, evidenceFiles.message),
  }
  await mkdir(output, { recursive: true })
  for (const kind of ['page', 'comment', 'message'] as const) await writeFile(files[kind], redact(texts[kind]))
  return { outcome: evidence.outcome, sentence: evidence.sentence, files, evidence }
}

const nothingLeft = (folder: string): ShopctlError =>
  new ShopctlError({
    code: 'NO_REPORTS',
    outcome: 'refused',
    what: `There is nothing to tell: ${folder} holds no report; nothing was written.`,
    why: ['commands leave theirs in the folder that SHOPCTL_REPORTS names', 'bin/test leaves its own in reports'],
    fix: [`SHOPCTL_REPORTS=${folder} ${toType('doctor')}`],
  })
