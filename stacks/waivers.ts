/** A finding of a scanner or of our own rules that is accepted: which, where, why, and until when. */
export type StackWaiver = {
  /** `CKV_AWS_144`, `AWS-0089`, or the name of an own rule. */
  readonly rule: string
  /** A resource's address in the plan; `*` stands for any text. */
  readonly resource: string
  readonly reason: string
  /** ISO date; from the day after on the waiver is an error. */
  readonly until: string
}

/** Shared by the scanners' tests and `infra plan`. One that covers nothing is an error too. */
export const stackWaivers: readonly StackWaiver[] = []
