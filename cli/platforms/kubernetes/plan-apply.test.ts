import { expect, test } from 'vitest'
import type { KubeObject } from './kube-client.ts'
import { planDifferences } from './plan-apply.ts'
import { createMemoryKubeClient } from './testing/memory-kube-client.ts'
import { applied, sample } from './testing/sample-objects.ts'

const signal = AbortSignal.timeout(10_000)

/** Whether anything would be sent for one object, given what is there. */
const plan = async (wanted: KubeObject, live: KubeObject): Promise<'as it is' | 'applied'> => {
  const client = { ...createMemoryKubeClient(), read: async () => live }
  const [planned] = await planDifferences([wanted], { client, environment: 'dev', conflicts: 'take', signal })
  return planned?.after === live ? 'as it is' : 'applied'
}

const ours = (fieldsV1: unknown) => ({ managedFields: [{ ...applied, fieldsV1 }] })
const port = (name: string, number: number) => ({ name, port: number, protocol: 'TCP' })
const portField = (number: number) => ({
  [`k:{"port":${number},"protocol":"TCP"}`]: { '.': {}, 'f:name': {}, 'f:port': {} },
})
const selector = { matchLabels: { 'shopctl.dev/service': 'edge' } }

test('what a newer release of ours added is applied away, whatever list or map it is in', async () => {
  const service = sample('Service', { spec: { ports: [{ name: 'http', port: 80 }] } })
  const http = { spec: { ports: [port('http', 80)] }, ...ours({ 'f:spec': { 'f:ports': portField(80) } }) }
  const both = {
    spec: { ports: [port('http', 80), port('metrics', 9090)] },
    ...ours({ 'f:spec': { 'f:ports': { ...portField(80), ...portField(9090) } } }),
  }
  expect(await plan(service, sample('Service', http))).toBe('as it is')
  expect(await plan(service, sample('Service', both))).toBe('applied')

  const named = ours({ 'f:metadata': { 'f:labels': { 'f:newer': {} } } })
  expect(await plan(sample('Service'), sample('Service', { labels: { newer: '1' }, ...named }))).toBe('applied')
})

test('a peer that this release no longer lets in is applied away', async () => {
  const policy = (count: number, fields = {}) =>
    sample('NetworkPolicy', { spec: { ingress: [{ from: Array(count).fill({ podSelector: selector }) }] }, ...fields })
  const owned = ours({ 'f:spec': { 'f:ingress': {} } })
  expect(await plan(policy(1), policy(1, owned))).toBe('as it is')
  expect(await plan(policy(1), policy(2, owned))).toBe('applied')
})

test('the number of pods that we say until an autoscaler says one is no leftover', async () => {
  const wanted = sample('Deployment', { spec: { selector } })
  const fields = ours({ 'f:spec': { 'f:replicas': {}, 'f:selector': {} } })
  expect(await plan(wanted, sample('Deployment', { spec: { selector, replicas: 3 }, ...fields }))).toBe('as it is')
})

test('what another hand owns is none of our leftovers', async () => {
  const byHand = {
    manager: 'kubectl',
    operation: 'Update',
    fieldsV1: { 'f:metadata': { 'f:labels': { 'f:team': {} } } },
  }
  const live = sample('Service', { labels: { team: 'blue' }, managedFields: [{ ...applied, fieldsV1: {} }, byHand] })
  expect(await plan(sample('Service'), live)).toBe('as it is')
})
