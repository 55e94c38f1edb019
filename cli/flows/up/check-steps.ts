import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { Finding } from '../../platforms/finding.ts'
import type { StepEnd, UpMeans } from './up-means.ts'

/** Throws LACKING (refused) where something is missing; what is only better with it is told. */
const judged = (findings: readonly Finding[], subject: string, { facts }: UpMeans): string => {
  const missing = findings.filter(({ state }) => state === 'missing')
  if (missing.length > 0) {
    throw new ShopctlError({
      code: 'LACKING',
      outcome: 'refused',
      what: `${subject} lacks what ${facts.name} needs; nothing was changed by this step.`,
      why: missing.map(({ name, found }) => `${name}: ${found}`),
      fix: [...missing.flatMap(({ fix }) => fix ?? []), toType(`doctor --env ${facts.name}`)],
    })
  }
  const without = findings.filter(({ state }) => state === 'without').map(({ name }) => name)
  const fine = findings.filter(({ state }) => state === 'fine').map(({ name }) => name)
  return `${fine.join(', ')}${without.length === 0 ? '' : `; without ${without.join(', ')}`}`
}

const done = (detail: string): StepEnd => ({ state: 'done', detail })

/** The front door stays where it was. */
const lastPort = async ({ facts, shop }: UpMeans): Promise<number | null> => {
  if (facts.platform !== 'local') return null
  const { entry } = await (await shop()).platform.running()
  return entry === null ? null : Number(new URL(entry).port)
}

/** D-1: what doctor knows of this machine, and Terraform where infrastructure is made. */
export const checkPrerequisites = async (means: UpMeans): Promise<StepEnd> => {
  const { facts } = means
  const detail = judged(await means.machine(await lastPort(means)), 'This machine', means)
  if (facts.kubernetes?.cluster.kind !== 'eks') return done(detail)
  await (await means.infra()).checkTools()
  return done(`${detail}, terraform`)
}

/** D-2: who asks, and that it is somebody of the environment's own account. */
export const checkCredentials = async (means: UpMeans): Promise<StepEnd> => {
  const infra = await means.infra()
  const { account, arn } = await infra.checkAccount()
  return done(`${arn} in account ${account}, ${infra.installation.region}`)
}

/** D-5: that the cluster knows us. shopctl signs in by itself; the line is for kubectl. */
export const checkCluster = async (means: UpMeans): Promise<StepEnd> => {
  const { platform, interrupted } = await means.shop()
  const findings = (await platform.findings?.(interrupted)) ?? []
  judged(findings, 'The cluster', means)
  const where = findings.find(({ name }) => name === 'cluster')?.found ?? ''
  const cluster = means.facts.kubernetes?.cluster
  if (cluster?.kind !== 'eks') return done(where)
  return done(`${where}; for kubectl: aws eks update-kubeconfig --name ${cluster.name} --region ${cluster.region}`)
}

/** D-7: that all that only people can give is there. The release writes it as objects that are named by their content. */
export const checkSettings = async (means: UpMeans): Promise<StepEnd> => {
  const { platform, interrupted } = await means.shop()
  await platform.requireSettings?.(interrupted)
  return done('all there; the release writes them as Secrets and ConfigMaps')
}
