import type { LogField } from '../log-fields.ts'

/** A place in an event, as Logstash writes it: `[kubernetes][pod][name]`. */
export type Reference = `[${string}]`

export type Condition =
  /** It is a text, and all of it is like this; words that JavaScript and Ruby read alike, without anchors. */
  | { readonly when: 'matches'; readonly field: Reference; readonly pattern: string }
  | { readonly when: 'tagged'; readonly tag: string }
  | { readonly when: 'not'; readonly condition: Condition }

/** One step on a line's way. What Logstash is told and what tests run are both made from it. */
export type LogFilter =
  /** Parses the JSON object in `source`; where it is none, the event stays as it is, with the tag. */
  | { readonly do: 'json'; readonly source: Reference; readonly target: Reference; readonly failureTag: string }
  /** Takes the fields of the object at `source` to the top, each only with its type; see adopt-fields.ts. */
  | { readonly do: 'adopt'; readonly source: Reference; readonly fields: readonly LogField[] }
  | { readonly do: 'rename'; readonly from: Reference; readonly to: Reference }
  | { readonly do: 'replace'; readonly field: Reference; readonly text: string }
  | { readonly do: 'uppercase'; readonly field: Reference }
  | { readonly do: 'translate'; readonly field: Reference; readonly words: Readonly<Record<string, string>> }
  /** ISO 8601, to the event's own time. */
  | { readonly do: 'date'; readonly source: Reference; readonly failureTag: string }
  | { readonly do: 'geoip'; readonly source: Reference; readonly target: Reference }
  | { readonly do: 'useragent'; readonly source: Reference; readonly target: Reference }
  | { readonly do: 'tag'; readonly tag: string }
  | { readonly do: 'remove'; readonly fields: readonly Reference[] }
  | {
      readonly do: 'if'
      readonly condition: Condition
      readonly filters: readonly LogFilter[]
      readonly otherwise?: readonly LogFilter[]
    }
