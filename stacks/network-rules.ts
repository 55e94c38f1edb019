export type NetworkRule = {
  readonly ruleNo: number
  readonly action: 'allow'
  readonly protocol: 'tcp' | '-1'
  readonly cidrBlock: string
  readonly fromPort: number
  readonly toPort: number
}

const anywhere = '0.0.0.0/0'

const tcp = (ruleNo: number, fromPort: number, toPort: number): NetworkRule => ({
  ruleNo,
  action: 'allow',
  protocol: 'tcp',
  cidrBlock: anywhere,
  fromPort,
  toPort,
})

/**
 * A second fence behind the security groups: from outside the VPC only the web's ports, and what answers. It keeps no
 * state, so that answers to NAT gateways and to load balancers need a rule of their own.
 */
export const networkRules = (vpc: string): { readonly ingress: NetworkRule[]; readonly egress: NetworkRule[] } => {
  const inside: NetworkRule = { ruleNo: 100, action: 'allow', protocol: '-1', cidrBlock: vpc, fromPort: 0, toPort: 0 }
  const https = tcp(200, 443, 443)
  const http = tcp(210, 80, 80)
  const answers = tcp(300, 1024, 65535)
  return { ingress: [inside, https, http, answers], egress: [inside, https, answers] }
}
