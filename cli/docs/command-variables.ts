/** A variable that shopctl itself reads, beside those of the programs and libraries that it calls. */
export type CommandVariable = { readonly name: string; readonly without: string; readonly meaning: string }

/** In the order in which a person meets them. */
export const commandVariables: readonly CommandVariable[] = [
  {
    name: 'SHOPCTL_STATE_DIR',
    without: '`.shopctl/` in the repository',
    meaning: 'the folder of what shopctl knows on this machine',
  },
  { name: 'SHOPCTL_WHO', without: 'the job, else user and host', meaning: 'whose name records and locks show' },
  {
    name: 'SHOPCTL_REPORTS',
    without: 'no reports',
    meaning: 'a folder where every command leaves its report, for `shopctl evidence`',
  },
  { name: 'SHOPCTL_KUBE_CONTEXT', without: 'the environment’s own cluster', meaning: 'as `--kube-context`' },
  {
    name: 'SHOPCTL_NAMESPACE',
    without: 'the environment’s own',
    meaning: 'the namespace of a shop of your own; refused for prod',
  },
  {
    name: 'SHOPCTL_REGISTRY',
    without: 'the environment’s ECR; for dev the nodes of a kind cluster',
    meaning: 'where images are pushed to and pulled from, as `localhost:5000`',
  },
  { name: 'SHOPCTL_BASE_IMAGE', without: 'distroless Node 24, pinned', meaning: 'what images are built on' },
  { name: 'SHOPCTL_POSTGRES_IMAGE', without: 'pinned', meaning: 'the database of dev' },
  { name: 'SHOPCTL_REDIS_IMAGE', without: 'pinned', meaning: 'the cache of dev' },
  {
    name: 'SHOPCTL_SECRETS_KEY',
    without: 'the key file beside the secrets',
    meaning: 'an age identity or a passphrase that opens the file of secrets',
  },
  {
    name: 'SHOPCTL_SECRETS_FILE',
    without: 'one for each environment in the state directory',
    meaning: 'the age-encrypted file of secrets',
  },
  {
    name: 'SHOPCTL_PROMETHEUS_URL',
    without: 'the one that the environment has, else none',
    meaning: 'the Prometheus that is asked',
  },
  { name: 'SHOPCTL_GRAFANA_URL', without: 'no annotations', meaning: 'the Grafana that is told of releases' },
  { name: 'SHOPCTL_GRAFANA_TOKEN', without: 'the file below', meaning: 'the token of its service account' },
  { name: 'SHOPCTL_GRAFANA_TOKEN_FILE', without: 'no annotations', meaning: 'a file with that token' },
  {
    name: 'SHOPCTL_MONITORING_REGISTRY',
    without: 'where each is published',
    meaning: 'a registry that mirrors the images of monitoring, digests and all',
  },
  {
    name: 'SHOPCTL_NODE_EXPORTER_IMAGE',
    without: 'pinned',
    meaning: 'a whole reference in place of it; so for every name in `manifests/monitoring/images.ts`',
  },
  {
    name: 'SHOPCTL_INSTALL',
    without: 'what running needs',
    meaning: '`infrastructure`: also cdktf and its AWS bindings; `everything`: also what the tests need',
  },
  {
    name: 'SHOPCTL_TESTS_MAY_SKIP',
    without: 'every test may be skipped that says why',
    meaning: 'a pattern: `bin/test` fails where a test with another title is skipped',
  },
  {
    name: 'SHOPCTL_TEST_CONTAINERD',
    without: 'tests of kind’s nodes are skipped',
    meaning: 'the socket of the test cluster’s containerd',
  },
  { name: 'SLACK_WEBHOOK_URL', without: 'nobody is told', meaning: 'where `shopctl notify` sends its message' },
  { name: 'SONAR_HOST_URL', without: 'no quality gate', meaning: 'the SonarQube of `shopctl quality scan`' },
  { name: 'SONAR_TOKEN', without: 'no quality gate', meaning: 'its token' },
]

/** What one part of shopctl tells another; of no use to a person. */
export const internalVariables: readonly string[] = [
  'SHOPCTL_COMPILE_CACHE',
  'SHOPCTL_INVOKED_AS',
  'SHOPCTL_PROCESS',
  'SHOPCTL_SET_UP',
  'SHOPCTL_TYPED_CONTEXT',
]
