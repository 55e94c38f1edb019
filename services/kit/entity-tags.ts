import { Problem, type ProblemKind } from './problems.ts'

export const preconditionProblems = {
  failed: { code: 'request/precondition-failed', status: 412, title: 'Somebody changed it since it was read' },
  required: { code: 'request/precondition-required', status: 428, title: 'If-Match is required' },
} as const satisfies Record<string, ProblemKind>

/** A strong tag; its first part is the version that If-Match compares, the rest makes each body's tag its own. */
export function entityTag(version: number, ...more: readonly number[]): string {
  return `"${[version, ...more].join('.')}"`
}

/** True where `If-None-Match` names the tag, so that 304 is the answer. */
export function isUnchanged(ifNoneMatch: string | undefined, tag: string): boolean {
  return tagsOf(ifNoneMatch ?? '').some((known) => known === '*' || known.replace(/^W\//, '') === tag)
}

/** `any`: whichever there is now (RFC 9110, `If-Match: *`). */
export type ReplaceableVersions = readonly number[] | 'any'

/** The versions that a write may replace; throws 428 without `If-Match` and 412 where no tag in it can match. */
export function replaceableVersions(ifMatch: string | undefined): ReplaceableVersions {
  if (ifMatch === undefined) throw new Problem(preconditionProblems.required)
  if (ifMatch.trim() === '*') return 'any'
  const versions = tagsOf(ifMatch).flatMap((tag) => {
    const version = /^"(\d{1,9})(\.\d+)*"$/.exec(tag)?.[1]
    return version === undefined ? [] : [Number(version)]
  })
  if (versions.length === 0) throw new Problem(preconditionProblems.failed)
  return versions
}

function tagsOf(header: string): string[] {
  return header.split(',').map((tag) => tag.trim())
}
