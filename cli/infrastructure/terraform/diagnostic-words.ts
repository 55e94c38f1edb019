import type { Diagnostic } from '../terraform.ts'

const charactersShown = 500

/** Ids of one request, which say nothing to a person; the log file keeps them. */
const requestIds = /,? (RequestID|HostID): [^,]*(?=,)/g

const oneLine = (text: string): string => text.replaceAll(requestIds, '').replaceAll(/\s+/g, ' ').trim()

const shortened = (text: string): string =>
  text.length <= charactersShown ? text : `${text.slice(0, charactersShown)}…`

/** A diagnostic on one line: the summary and what belongs to it, without its snippet. */
export const diagnosticWords = ({ summary, detail }: Diagnostic): string =>
  shortened(
    [summary, detail]
      .map(oneLine)
      .filter((part) => part !== '')
      .join(': '),
  )
