import type { DriftResult } from '../../flows/infra/drift.ts'

export const infraDriftView = (d: DriftResult, _width: number | null): string => JSON.stringify(d, null, 1)
