import { z } from 'zod'
import { services } from '../../../services/registry.ts'

/** What the local platform applies for one service: everything of a process but what differs from start to start. */
export const manifestSchema = z.object({
  kind: z.literal('shopctl.local/process'),
  service: z.string(),
  digest: z.string(),
  settingsHash: z.string(),
  /** Environment variables without secrets. */
  variables: z.record(z.string(), z.string()),
  /** Names of the settings that come in as files of the settings directory. */
  secrets: z.array(z.string()),
  readyPath: z.string(),
})

export type Manifest = z.infer<typeof manifestSchema>

type ManifestFacts = {
  readonly service: string
  readonly digest: string
  readonly settingsHash: string
  readonly variables: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
}

export const isServiceName = (name: string): name is keyof typeof services => Object.hasOwn(services, name)

/** Pure: the same facts give the same manifest. */
export const renderManifest = (facts: ManifestFacts): Manifest => ({
  kind: 'shopctl.local/process',
  service: facts.service,
  digest: facts.digest,
  settingsHash: facts.settingsHash,
  variables: { ...facts.variables },
  secrets: [...facts.secrets].sort(),
  readyPath: isServiceName(facts.service) ? services[facts.service].probes.ready : '/health',
})
