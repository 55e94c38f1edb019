import type { PlanDocument } from '../../flows/infra/plan-document.ts'

export const infraPlanView = (d: PlanDocument, _width: number | null): string => JSON.stringify(d.counts)
