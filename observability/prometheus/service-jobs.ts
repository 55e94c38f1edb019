import { type ServiceFacts, serviceNames, services } from '../../services/registry.ts'
import type { LocalDiscovery } from '../render-target.ts'
import { constant, copy, drop, keep } from './relabelling.ts'

const pod = '__meta_kubernetes_pod_'

/** Pods of migrations carry the service's name too, but export nothing; those that have ended have no address any more. */
const podsOf = ({ longName, metricsPort }: ServiceFacts, namespaces: readonly string[]) => ({
  job_name: longName,
  kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: [...namespaces] } }],
  relabel_configs: [
    keep(`${pod}label_app_kubernetes_io_name`, longName),
    keep(`${pod}label_app_kubernetes_io_component`, 'server'),
    keep(`${pod}container_port_number`, String(metricsPort)),
    drop(`${pod}phase`, 'Succeeded|Failed'),
    copy('__meta_kubernetes_namespace', 'namespace'),
    copy(`${pod}name`, 'pod'),
    constant('service', longName),
  ],
})

/** The file has all processes of the shop, each with `namespace`, `service` and `pod`. */
const processesOf = ({ longName }: ServiceFacts, { targetsFile }: LocalDiscovery) => ({
  job_name: longName,
  file_sd_configs: [{ files: [targetsFile], refresh_interval: '5s' }],
  relabel_configs: [keep('service', longName)],
})

const facts = serviceNames.map((name) => services[name])

export const podJobs = (namespaces: readonly string[]) => facts.map((service) => podsOf(service, namespaces))

export const processJobs = (local: LocalDiscovery) => facts.map((service) => processesOf(service, local))
