import type { DriftResult } from '../../flows/infra/drift.ts'
import { driftView } from './drift-view.ts'
import { infraSubject } from './infra-subject.ts'

export const infraDriftView = (result: DriftResult, width: number | null): string =>
  driftView(result, { subject: infraSubject(result), width })
