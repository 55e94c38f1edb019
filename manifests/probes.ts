import type { V1Probe } from '@kubernetes/client-node'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import { kubernetesFacts, type WorkloadName, workload } from './workload.ts'

const ask = (path: string) => ({ httpGet: { path, port: 'http' } })

/**
 * Startup asks every second whether the process is alive, so that a pod that works is known within a second, and one
 * that does not listen is ended after thirty. It does not ask whether it is ready: with a database that is gone this
 * would restart pods that can do nothing about it. Liveness, shallow for the same reason, and readiness begin when startup
 * is over, but not before their own delays, which count from the container's start.
 */
export const probes = (environment: EnvironmentFacts, service: WorkloadName) => {
  const { alive, ready } = workload(service).probes
  const { readiness } = kubernetesFacts(environment)
  return {
    startupProbe: { ...ask(alive), periodSeconds: 1, timeoutSeconds: 1, failureThreshold: 30 },
    livenessProbe: {
      ...ask(alive),
      initialDelaySeconds: 30,
      periodSeconds: 10,
      timeoutSeconds: 3,
      failureThreshold: 3,
    },
    readinessProbe: {
      ...ask(ready),
      initialDelaySeconds: readiness.delaySeconds,
      periodSeconds: readiness.periodSeconds,
      // A service gives its own checks 1.9 s.
      timeoutSeconds: 3,
      failureThreshold: 3,
    },
  } satisfies Record<string, V1Probe>
}
