import type { EvidenceResult } from '../../flows/evidence.ts'

/** The verdict, then where it can be read. */
export const evidenceView = ({ outcome, sentence, files }: EvidenceResult): string =>
  [`${outcome}: ${sentence}`, ...Object.values(files).map((file) => `  ${file}`)].join('\n')
