import { once } from 'node:events'
import { createServer } from 'node:http'
import { z } from 'zod'

const addressSchema = z.object({ port: z.int() })

const answers: readonly (readonly [service: string, type: string])[] = [
  ['secretsmanager.', 'ResourceNotFoundException'],
  ['AmazonEC2ContainerRegistry', 'RepositoryNotFoundException'],
]

/** An AWS account without a secret and without a repository, and what leads a command to it. */
export const startEmptyAwsAccount = async () => {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
    const target = String(request.headers['x-amz-target'])
    const [, type = 'UnknownOperationException'] = answers.find(([service]) => target.startsWith(service)) ?? []
    response.end(JSON.stringify({ __type: type, message: 'there is none' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = addressSchema.parse(server.address())
  const key = 'test'
  return {
    env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: key },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
