/**
 * Runs in a pod before Debian's Prometheus, which is built without the discovery of Kubernetes: asks the API server
 * with the pod's own account for what Prometheus would ask, and hands it on with the same labels. The rendered jobs,
 * relabellings and rules are Prometheus' own to read.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { parse, stringify } from 'yaml'
import { z } from 'zod'

const account = '/var/run/secrets/kubernetes.io/serviceaccount'
const port = 9099

const discovery = z.object({
  role: z.enum(['pod', 'node', 'endpoints']),
  namespaces: z.object({ names: z.array(z.string()) }).optional(),
})
const config = z.looseObject({
  rule_files: z.array(z.string()),
  scrape_configs: z.array(
    z.looseObject({ job_name: z.string(), kubernetes_sd_configs: z.array(discovery).optional() }),
  ),
})

const labels = z.record(z.string(), z.string()).default({})
const ports = z.array(z.object({ name: z.string().default(''), containerPort: z.number() })).default([])
const podSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string(), labels }),
  spec: z.object({ nodeName: z.string().default(''), containers: z.array(z.object({ name: z.string(), ports })) }),
  status: z.object({ phase: z.string(), podIP: z.string().optional() }),
})
const nodeSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ addresses: z.array(z.object({ type: z.string(), address: z.string() })) }),
})
const sliceSchema = z.object({
  metadata: z.object({ labels }),
  endpoints: z.array(z.object({ addresses: z.array(z.string()) })).default([]),
  ports: z.array(z.object({ name: z.string().default(''), port: z.number() })).default([]),
})

type Discovery = z.infer<typeof discovery>
type Target = { readonly targets: readonly string[]; readonly labels: Readonly<Record<string, string>> }

const ask = (path: string): Promise<readonly unknown[]> =>
  new Promise((resolve, reject) => {
    const asked = request(
      {
        host: process.env.KUBERNETES_SERVICE_HOST,
        port: process.env.KUBERNETES_SERVICE_PORT,
        path,
        ca: readFileSync(`${account}/ca.crt`),
        headers: { authorization: `Bearer ${readFileSync(`${account}/token`, 'utf8')}` },
      },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () => {
          const text = Buffer.concat(parts).toString()
          if (response.statusCode !== 200) return reject(new Error(`${path} answered ${response.statusCode}: ${text}`))
          resolve(z.object({ items: z.array(z.unknown()) }).parse(JSON.parse(text)).items)
        })
      },
    )
    asked.on('error', reject)
    asked.end()
  })

const podTargets = async (namespace: string): Promise<readonly Target[]> => {
  const pods = z.array(podSchema).parse(await ask(`/api/v1/namespaces/${namespace}/pods`))
  return pods.flatMap(({ metadata, spec, status }) =>
    spec.containers.flatMap(({ name, ports: open }) =>
      open.map(({ name: portName, containerPort }) => ({
        targets: [`${status.podIP}:${containerPort}`],
        labels: {
          __meta_kubernetes_namespace: metadata.namespace,
          __meta_kubernetes_pod_name: metadata.name,
          __meta_kubernetes_pod_phase: status.phase,
          __meta_kubernetes_pod_node_name: spec.nodeName,
          __meta_kubernetes_pod_container_name: name,
          __meta_kubernetes_pod_container_port_name: portName,
          __meta_kubernetes_pod_container_port_number: String(containerPort),
          ...Object.fromEntries(
            Object.entries(metadata.labels).map(([label, value]) => [
              `__meta_kubernetes_pod_label_${label.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`,
              value,
            ]),
          ),
        },
      })),
    ),
  )
}

const nodeTargets = async (): Promise<readonly Target[]> => {
  const nodes = z.array(nodeSchema).parse(await ask('/api/v1/nodes'))
  return nodes.map(({ metadata, status }) => ({
    targets: [`${status.addresses.find(({ type }) => type === 'InternalIP')?.address}:10250`],
    labels: { __meta_kubernetes_node_name: metadata.name },
  }))
}

const endpointTargets = async (namespace: string): Promise<readonly Target[]> => {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`
  const slices = z.array(sliceSchema).parse(await ask(path))
  return slices.flatMap(({ metadata, endpoints, ports: open }) =>
    open.map(({ name, port: number }) => ({
      targets: endpoints.flatMap(({ addresses }) => addresses.map((address) => `${address}:${number}`)),
      labels: {
        __meta_kubernetes_service_name: metadata.labels['kubernetes.io/service-name'] ?? '',
        __meta_kubernetes_endpoint_port_name: name,
      },
    })),
  )
}

const targetsOf = async ({ role, namespaces }: Discovery): Promise<readonly Target[]> => {
  if (role === 'node') return nodeTargets()
  const look = role === 'pod' ? podTargets : endpointTargets
  return (await Promise.all((namespaces?.names ?? []).map(look))).flat()
}

const rendered = config.parse(parse(readFileSync('/etc/prometheus/prometheus.yml', 'utf8')))
const jobs = new Map(rendered.scrape_configs.map((job) => [job.job_name, job.kubernetes_sd_configs ?? []]))
const adapted = {
  ...rendered,
  rule_files: rendered.rule_files.map((file) => `/etc/prometheus/${file}`),
  scrape_configs: rendered.scrape_configs.map(({ kubernetes_sd_configs: found, ...job }) =>
    found === undefined
      ? job
      : { ...job, http_sd_configs: [{ url: `http://127.0.0.1:${port}/${job.job_name}`, refresh_interval: '2s' }] },
  ),
}

createServer((asked, response) => {
  const wanted = jobs.get((asked.url ?? '').slice(1)) ?? []
  Promise.all(wanted.map(targetsOf)).then(
    (found) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(found.flat()))
    },
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      response.writeHead(500).end()
    },
  )
}).listen(port, '127.0.0.1')

writeFileSync('/tmp/prometheus.yml', stringify(adapted))
const flags = process.argv.slice(2).filter((flag) => !flag.startsWith('--config.file='))
const prometheus = spawn('/usr/bin/prometheus', ['--config.file=/tmp/prometheus.yml', ...flags], { stdio: 'inherit' })
process.once('SIGTERM', () => prometheus.kill('SIGTERM'))
prometheus.once('exit', (code) => process.exit(code ?? 1))
