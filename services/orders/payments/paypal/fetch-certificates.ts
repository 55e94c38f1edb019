import type { ProviderHttp } from '../provider-http.ts'
import type { FetchCertificates } from './paypal-certificates.ts'

/** From the URL that was checked to be PayPal's; an answer that is none is an empty chain, which nobody trusts. */
export const fetchCertificates =
  (http: ProviderHttp): FetchCertificates =>
  async (url) => {
    const headers = { accept: 'application/x-pem-file, */*' }
    // Its own time: the one who waits is PayPal.
    const operation = http.begin(new AbortController().signal)
    const answer = await operation.exchange({ method: 'GET', url, headers, body: undefined, moves: 'nothing' })
    return answer.status === 200 ? answer.text : ''
  }
