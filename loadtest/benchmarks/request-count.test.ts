import { expect, test } from 'vitest'
import { countSaid } from './request-count.ts'

const said = {
  kubectl: `I1122 17:00:42.043760    5233 loader.go:402] Config loaded from file:  /home/ada/.kube/config
I1122 17:00:42.062699    5233 round_trippers.go:560] GET https://10.0.0.1:6443/apis/apps/v1/namespaces/default/deployments?limit=500 200 OK in 2 milliseconds
No resources found in default namespace.`,
  helm: `I1122 17:01:03.210343    5320 loader.go:408] Config loaded from file:  /home/ada/.kube/config
I1122 17:01:03.211004    5320 envvar.go:195] "Feature gate default state" feature="AtomicFIFO" enabled=true
I1122 17:01:03.222213    5320 round_trippers.go:632] "Response" verb="GET" url="https://10.0.0.1:6443/api/v1/namespaces/default/secrets" status="200 OK" milliseconds=6
I1122 17:01:03.232214    5320 round_trippers.go:632] "Response" verb="PATCH" url="https://10.0.0.1:6443/api/v1/namespaces/default/secrets/a" status="200 OK" milliseconds=6`,
}

test('requests are counted in what kubectl and helm say of them', () => {
  expect(countSaid(said.kubectl)).toBe(1)
  expect(countSaid(said.helm)).toBe(2)
  expect(countSaid('NAME: shop\nSTATUS: deployed')).toBe(0)
})
