import type { ReleaseRecord } from '../../releases/release.ts'

/** Enough of a digest to tell two apart on a screen. */
export const shortDigest = (digest: string | null): string =>
  digest === null ? '-' : digest.replace('sha256:', '').slice(0, 12)

const subjectLength = 40

const shortened = (text: string): string =>
  text.length <= subjectLength ? text : `${text.slice(0, subjectLength - 1).trimEnd()}…`

/** `a1b2c3d "Change the catalogue"`, with a star where the working tree had changes of its own. */
export const commitWords = ({ commit }: Pick<ReleaseRecord, 'commit'>): string =>
  commit === null ? '-' : `${commit.sha.slice(0, 7)}${commit.dirty ? '*' : ''} "${shortened(commit.subject)}"`

/** `release 12 of staging`. */
export const originWords = ({ environment, release }: NonNullable<ReleaseRecord['promotedFrom']>): string =>
  `release ${release} of ${environment}`
