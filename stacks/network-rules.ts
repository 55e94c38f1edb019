import type { SubnetTier } from './address-plan.ts'

export type NetworkRule = {
  readonly ruleNo: number
  readonly action: 'allow'
  readonly protocol: 'tcp' | '-1'
  readonly cidrBlock: string
  readonly fromPort: number
  readonly toPort: number
}

type Rules = { readonly ingress: readonly NetworkRule[]; readonly egress: readonly NetworkRule[] }

const anywhere = '0.0.0.0/0'

const tcp = (ruleNo: number, cidrBlock: string, [fromPort, toPort]: readonly [number, number]): NetworkRule => ({
  ruleNo,
  action: 'allow',
  protocol: 'tcp',
  cidrBlock,
  fromPort,
  toPort,
})

/** A second fence behind the security groups. It keeps no state: answers to what went out need a rule of their own. */
export const networkRules = (vpc: string): Readonly<Record<SubnetTier, Rules>> => {
  const inside: NetworkRule = { ruleNo: 100, action: 'allow', protocol: '-1', cidrBlock: vpc, fromPort: 0, toPort: 0 }
  const https = tcp(200, anywhere, [443, 443])
  const http = tcp(210, anywhere, [80, 80])
  const answers = tcp(300, anywhere, [1024, 65535])
  return {
    // Load balancers answer here, and NAT gateways ask for those inside.
    public: { ingress: [inside, https, http, answers], egress: [inside, https, answers] },
    private: { ingress: [inside, answers], egress: [inside, https] },
    database: { ingress: [inside], egress: [inside] },
  }
}
