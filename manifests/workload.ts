import { type ServiceName, serviceNames, services } from '../services/registry.ts'
import type { EnvironmentFacts, KubernetesFacts, ServiceSize } from '../stacks/environments.ts'

/** What runs as a Deployment: the services, and the edge where it is the entry. */
export type WorkloadName = ServiceName | 'edge'

export type Workload = {
  readonly name: WorkloadName
  /** Deployment, Service, ServiceAccount, container, image. */
  readonly longName: string
  readonly port: number
  /** Null where it has none. */
  readonly metricsPort: number | null
  /** The services that it sends requests to. */
  readonly calls: readonly ServiceName[]
  readonly usesDatabase: boolean
  readonly probes: { readonly alive: string; readonly ready: string }
}

/** The edge tells only that it is alive: it has nothing of its own to wait for. */
const edge: Workload = {
  name: 'edge',
  longName: 'edge',
  port: 8080,
  metricsPort: null,
  calls: serviceNames,
  usesDatabase: false,
  probes: { alive: '/health', ready: '/health' },
}

export const workload = (name: WorkloadName): Workload =>
  name === 'edge' ? edge : { ...services[name], usesDatabase: true }

/** A manifest of an environment that has no cluster is a bug of the caller. */
export const kubernetesFacts = ({ name, kubernetes }: EnvironmentFacts): KubernetesFacts => {
  if (kubernetes === null) throw new Error(`environment ${name} does not run on Kubernetes`)
  return kubernetes
}

/** Every workload of the environment, in the order in which they are shown. */
export const workloadNames = (environment: EnvironmentFacts): readonly WorkloadName[] =>
  kubernetesFacts(environment).entry.kind === 'edge' ? [...serviceNames, 'edge'] : serviceNames

export const takesSimulatedPayments = ({ paymentProviders }: EnvironmentFacts): boolean =>
  paymentProviders.includes('simulated')

/** Whom a workload sends requests to; the simulated provider tells the orders service, which it is a part of, what was paid. */
export const peersOf = (name: WorkloadName, environment: EnvironmentFacts): readonly ServiceName[] => {
  const { calls } = workload(name)
  return name === 'orders' && takesSimulatedPayments(environment) ? [...calls, name] : calls
}

export const sizeOf = (environment: EnvironmentFacts, name: WorkloadName): ServiceSize => {
  const size = kubernetesFacts(environment).sizes[name]
  if (size === undefined) throw new Error(`environment ${environment.name} has no size for ${name}`)
  return size
}

/** With an autoscaler the Deployment says no number; this one is set once, when it is created. */
export const initialReplicas = (environment: EnvironmentFacts, name: WorkloadName): number =>
  sizeOf(environment, name).replicas.min

/** Whether an autoscaler decides how many pods there are. */
export const isAutoscaled = (environment: EnvironmentFacts, name: WorkloadName): boolean => {
  const { min, max } = sizeOf(environment, name).replicas
  return kubernetesFacts(environment).autoscaling !== null && max > min
}
