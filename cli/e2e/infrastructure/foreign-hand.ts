import { z } from 'zod'
import { region } from './test-account.ts'

type Call = {
  readonly account: string
  /** As in the scope of a signature: `ec2`, `logs`. */
  readonly service: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** For services whose client is not installed. The emulator takes any signature; the scope tells it who is meant. */
const send = async ({ account, service, headers, body }: Call): Promise<string> => {
  const authorization = `AWS4-HMAC-SHA256 Credential=${account}/20261122/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`
  const response = await fetch(process.env.AWS_ENDPOINT_URL ?? '', {
    method: 'POST',
    headers: { ...headers, authorization },
    body,
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${service} answered ${response.status} to ${body}: ${text}`)
  return text
}

/** By EC2's protocol: a form. */
export const askEc2 = (account: string, form: Readonly<Record<string, string>>): Promise<string> =>
  send({
    account,
    service: 'ec2',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: String(new URLSearchParams({ Version: '2016-11-15', ...form })),
  })

/** By the protocol of the newer services: JSON, with the operation in a header. */
export const askJson = (
  account: string,
  { service, target, request }: { readonly service: string; readonly target: string; readonly request: unknown },
): Promise<string> =>
  send({
    account,
    service,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: JSON.stringify(request),
  })

const stateSchema = z.object({
  resources: z.array(
    z.object({
      type: z.string(),
      name: z.string(),
      instances: z.array(z.object({ attributes: z.record(z.string(), z.unknown()) })),
    }),
  ),
})

/** An attribute of a resource in a state, as AWS calls it. Throws where there is none. */
export const attributeIn = (state: string | null, address: string, attribute: string): string => {
  const { resources } = stateSchema.parse(JSON.parse(state ?? '{"resources":[]}'))
  const found = resources.find(({ type, name }) => `${type}.${name}` === address)
  const value = found?.instances[0]?.attributes[attribute]
  if (typeof value === 'string') return value
  throw new Error(`${address} has no ${attribute}; there are ${resources.map(({ type, name }) => `${type}.${name}`)}`)
}
