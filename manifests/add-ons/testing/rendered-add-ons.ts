import { type EnvironmentName, environments } from '../../../stacks/environments.ts'
import type { KubernetesObject } from '../../kubernetes-object.ts'
import { addOnImageReference } from '../../monitoring/images.ts'
import { addOnFiles } from '../add-on-files.ts'
import { addOnManifests } from '../add-on-manifests.ts'
import { type AddOnGroup, addOnGroups } from '../add-on-request.ts'
import { ownStorageClass } from '../storage-class.ts'

export const addOnEnvironments = ['dev', 'prod'] as const satisfies readonly EnvironmentName[]

/** What `observability apply` makes of an environment where every secret was given, but the Secrets. */
export const renderedAddOns = async (
  name: EnvironmentName,
  groups: readonly AddOnGroup[] = addOnGroups,
): Promise<readonly KubernetesObject[]> => {
  const environment = environments[name]
  const claim = { kind: 'claim', storageClass: name === 'dev' ? null : ownStorageClass } as const
  const namespace = environment.kubernetes?.namespace ?? ''
  const request = {
    environment,
    shopNamespaces: [namespace],
    files: await addOnFiles({
      environment,
      namespace,
      neighbours: [],
      alertChannels: ['pagerduty', 'slack', 'mail'],
    }),
    image: (image: Parameters<typeof addOnImageReference>[0]) => addOnImageReference(image, {}),
    storage: { prometheus: claim, alertmanager: claim, grafana: claim, elasticsearch: claim },
    vpcId: 'vpc-0123456789abcdef0',
    metricsServer: name === 'dev' ? 'ours' : 'there',
    secrets: {
      monitoring: {
        name: 'monitoring-secrets-0000000000',
        keys: ['GRAFANA_ADMIN_PASSWORD', 'PAGERDUTY_KEY', 'SLACK_URL', 'SMTP_PASSWORD'],
      },
      logging: { name: 'logging-secrets-0000000000', keys: ['KIBANA_ENCRYPTION_KEY'] },
    },
  } as const
  return addOnManifests(groups, request)
}
