import type { KubeObject } from '../kube-client.ts'
import type { RecordedDeployment } from '../recorded-objects.ts'

type Container = Readonly<Record<string, unknown>>

type DeploymentRequest = {
  readonly namespace: string
  readonly service: string
  readonly image: string
  /** Run by `node -e`. */
  readonly script?: string
  readonly replicas?: number
  readonly template?: string
  readonly container?: Container
  readonly pod?: Readonly<Record<string, unknown>>
  readonly podMetadata?: Readonly<Record<string, unknown>>
}

/** Answers every request with this status and body. */
export const answering = (status: number, body: string): string =>
  `process.on('SIGTERM',()=>process.exit());require('http').createServer((q,s)=>{s.statusCode=${status};s.end(${JSON.stringify(body)})}).listen(8080)`

/** A Deployment of one small script, labelled as manifests/ does. */
export const deploymentOf = (request: DeploymentRequest): KubeObject => {
  const { namespace, service, image, script = answering(200, 'ok'), template = 'wanted' } = request
  const own = { 'app.kubernetes.io/name': service }
  const labels = { ...own, 'app.kubernetes.io/part-of': 'ecommerce', 'shopctl.dev/service': service }
  const container = {
    name: service,
    image,
    args: ['-e', script],
    ports: [{ name: 'http', containerPort: 8080 }],
    ...request.container,
  }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: `${service}-service`, namespace, labels },
    spec: {
      replicas: request.replicas ?? 1,
      selector: { matchLabels: own },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        metadata: { labels: { ...labels, 'shopctl.dev/template': template }, ...request.podMetadata },
        spec: { terminationGracePeriodSeconds: 1, containers: [container], ...request.pod },
      },
    },
  }
}

export const recordOf = ({ service, image, template = 'wanted' }: DeploymentRequest): RecordedDeployment => ({
  service,
  name: `${service}-service`,
  template,
  image,
})

export const readinessProbe = { httpGet: { path: '/health?check=ready', port: 'http' }, periodSeconds: 1 }
