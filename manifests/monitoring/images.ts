/** What the cluster needs beside the shop, by the name that its settings and its pods have. */
export type AddOnImageName =
  | 'prometheus'
  | 'alertmanager'
  | 'grafana'
  | 'kube-state-metrics'
  | 'node-exporter'
  | 'metrics-server'
  | 'elasticsearch'
  | 'logstash'
  | 'kibana'
  | 'filebeat'
  | 'load-balancer-controller'
  | 'webhook-certificates'
  | 'node-autoscaler'

export type AddOnImage = {
  /** With its registry, without tag and digest. */
  readonly repository: string
  readonly version: string
  /** Of the whole index, for all architectures. Where nobody could be asked it is said, and never guessed. */
  readonly digest: `sha256:${string}` | 'digest not known here'
  /** Where the digest was read: no registry could be asked when this was written. */
  readonly source: string
}

/** Change a version and its digest together: `docker buildx imagetools inspect IMAGE` tells both. */
export const addOnImages: Readonly<Record<AddOnImageName, AddOnImage>> = {
  prometheus: {
    repository: 'quay.io/prometheus/prometheus',
    version: 'v3.5.0',
    digest: 'sha256:63805ebb8d2b3920190daf1cb14a60871b16fd38bed42b857a3182bc621f4996',
    source: 'three files of public repositories that name this tag and digest together',
  },
  alertmanager: {
    repository: 'quay.io/prometheus/alertmanager',
    version: 'v0.28.1',
    digest: 'sha256:27c475db5fb156cab31d5c18a4251ac7ed567746a2483ff264516437a39b15ba',
    source: 'ten files of public repositories that name this tag and digest together',
  },
  grafana: {
    repository: 'docker.io/grafana/grafana',
    version: '12.1.1',
    digest: 'sha256:a1701c2180249361737a99a01bc770db39381640e4d631825d38ff4535efa47d',
    source: 'ten files of public repositories that name this tag and digest together',
  },
  'kube-state-metrics': {
    repository: 'registry.k8s.io/kube-state-metrics/kube-state-metrics',
    version: 'v2.18.0',
    digest: 'sha256:1545919b72e3ae035454fc054131e8d0f14b42ef6fc5b2ad5c751cafa6b2130e',
    source: 'ten files of public repositories that name this tag and digest together',
  },
  'node-exporter': {
    repository: 'quay.io/prometheus/node-exporter',
    version: 'v1.9.1',
    digest: 'sha256:d00a542e409ee618a4edc67da14dd48c5da66726bbd5537ab2af9c1dfc442c8a',
    source: 'ten files of public repositories that name this tag and digest together',
  },
  'metrics-server': {
    repository: 'registry.k8s.io/metrics-server/metrics-server',
    version: 'v0.8.0',
    digest: 'sha256:89258156d0e9af60403eafd44da9676fd66f600c7934d468ccc17e42b199aee2',
    source: 'eight files of public repositories that name this tag and digest together',
  },
  elasticsearch: {
    repository: 'docker.elastic.co/elasticsearch/elasticsearch',
    version: '8.11.0',
    digest: 'digest not known here',
    source: 'docker-library/elasticsearch pins it in 8/Dockerfile of that version, which could not be read',
  },
  logstash: {
    repository: 'docker.elastic.co/logstash/logstash',
    version: '8.11.0',
    digest: 'sha256:eafa03a609b619e8bbce7a61d66076aff55dff654eba947a6bc9ede7708ace6c',
    source: 'docker-library/logstash, 8/Dockerfile',
  },
  kibana: {
    repository: 'docker.elastic.co/kibana/kibana',
    version: '8.11.0',
    digest: 'sha256:76773735fa086882909add84132a59d1765686d0fc170b35990acab814cf4a72',
    source: 'docker-library/kibana, 8/Dockerfile',
  },
  filebeat: {
    repository: 'docker.elastic.co/beats/filebeat',
    version: '8.11.0',
    digest: 'digest not known here',
    source: 'no public repository that pins it was found',
  },
  'load-balancer-controller': {
    repository: 'public.ecr.aws/eks/aws-load-balancer-controller',
    version: 'v2.14.1',
    digest: 'sha256:13abee6e31c2f25ee91f9ae91aabe4f5bcaf6a70eccd372b36835786d2e0813e',
    source: 'one file of a public repository that records the image id of a running pod',
  },
  'webhook-certificates': {
    repository: 'registry.k8s.io/ingress-nginx/kube-webhook-certgen',
    version: 'v1.6.2',
    digest: 'sha256:050a34002d5bb4966849c880c56c91f5320372564245733b33d4b3461b4dbd24',
    source: 'one file of a public repository that records a running cluster',
  },
  'node-autoscaler': {
    repository: 'registry.k8s.io/autoscaling/cluster-autoscaler',
    version: 'v1.35.0',
    digest: 'sha256:2fc9433dd3b47baef0e68d6b1110b770a3c93db10c7bead4c5bc6cb21c72b875',
    source: 'three files of public repositories that name this tag and digest together',
  },
}

export const addOnImageNames: readonly AddOnImageName[] = [
  'prometheus',
  'alertmanager',
  'grafana',
  'kube-state-metrics',
  'node-exporter',
  'metrics-server',
  'elasticsearch',
  'logstash',
  'kibana',
  'filebeat',
  'load-balancer-controller',
  'webhook-certificates',
  'node-autoscaler',
]

/** Those whose version alone says what runs: a registry could give another image for it tomorrow. */
export const imagesWithoutDigest = (): readonly AddOnImageName[] =>
  addOnImageNames.filter((name) => addOnImages[name].digest === 'digest not known here')

type Variables = Readonly<Record<string, string | undefined>>

/** `SHOPCTL_NODE_EXPORTER_IMAGE`: a whole reference in place of the one above. */
export const imageVariable = (name: AddOnImageName): string =>
  `SHOPCTL_${name.toUpperCase().replaceAll('-', '_')}_IMAGE`

const withoutRegistry = (repository: string): string => repository.slice(repository.indexOf('/') + 1)

/** As pods name it. `SHOPCTL_MONITORING_REGISTRY` is a registry that mirrors all of them, digests and all. */
export const addOnImageReference = (name: AddOnImageName, variables: Variables): string => {
  const own = variables[imageVariable(name)]
  if (own) return own
  const { repository, version, digest } = addOnImages[name]
  const mirror = variables.SHOPCTL_MONITORING_REGISTRY
  const place = mirror ? `${mirror.replace(/\/+$/, '')}/${withoutRegistry(repository)}` : repository
  return digest === 'digest not known here' ? `${place}:${version}` : `${place}:${version}@${digest}`
}
