import { localDiscovery, type RenderTarget } from '../../render-target.ts'

/** One of each kind: what is local, and what is a cluster. */
export const targets = [
  { environment: 'local', discovery: localDiscovery('targets.json') },
  { environment: 'prod', discovery: { kind: 'kubernetes', namespace: 'shop-prod' } },
] as const satisfies readonly RenderTarget[]
