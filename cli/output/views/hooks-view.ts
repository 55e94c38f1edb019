import type { HookChange } from '../../flows/hooks.ts'
import type { CommitVerdict } from '../../flows/hooks-run.ts'
import type { HookState } from '../../hooks/hook-place.ts'
import { durationInWords } from '../words-for-time.ts'

const sentences = {
  installed: 'looks at what is staged before each commit',
  old: 'is of another shopctl; shopctl hooks install puts the present one in its place',
  other: "is not shopctl's: nobody looks at what is staged",
  missing: 'is not there: nobody looks at what is staged',
} as const

export const hookStateView = ({ path, state, before }: HookState): string =>
  `${path} ${sentences[state]}${before === null ? '' : `; ${before} runs first`}.`

export const hookChangeView = (change: HookChange): string =>
  change.changed === 'yes' ? hookStateView(change) : `Nothing changed: ${hookStateView(change)}`

export const commitVerdictView = ({ files, milliseconds }: CommitVerdict): string =>
  `${files} staged ${files === 1 ? 'file' : 'files'}: no secret, well formatted (${durationInWords(milliseconds)}).`
