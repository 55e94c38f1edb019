import { once } from 'node:events'
import { createServer } from 'node:http'
import { z } from 'zod'

const addressSchema = z.object({ port: z.int() })

/** An AWS account in which there is no secret, and what leads a command to it. */
export const startEmptySecretsManager = async () => {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(JSON.stringify({ __type: 'ResourceNotFoundException', message: 'there is none' }))
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
