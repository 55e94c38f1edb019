import { DefaultNetworkAcl } from '@cdktf/provider-aws/lib/default-network-acl/index.js'
import { DefaultRouteTable } from '@cdktf/provider-aws/lib/default-route-table/index.js'
import { DefaultSecurityGroup } from '@cdktf/provider-aws/lib/default-security-group/index.js'
import { Eip } from '@cdktf/provider-aws/lib/eip/index.js'
import { InternetGateway } from '@cdktf/provider-aws/lib/internet-gateway/index.js'
import { NatGateway } from '@cdktf/provider-aws/lib/nat-gateway/index.js'
import { Route } from '@cdktf/provider-aws/lib/route/index.js'
import { RouteTable } from '@cdktf/provider-aws/lib/route-table/index.js'
import { RouteTableAssociation } from '@cdktf/provider-aws/lib/route-table-association/index.js'
import { Subnet } from '@cdktf/provider-aws/lib/subnet/index.js'
import { Vpc } from '@cdktf/provider-aws/lib/vpc/index.js'
import { VpcEndpoint } from '@cdktf/provider-aws/lib/vpc-endpoint/index.js'
import { Construct } from 'constructs'
import { type SubnetTier, subnetCidr } from './address-plan.ts'
import type { EncryptionKey } from './encryption-key.ts'
import { flowLog } from './flow-log.ts'
import type { InstallationFacts } from './installations.ts'
import { resourceName } from './resource-name.ts'

/** What the load balancer controller looks for to know where it may put one. */
const balancerTags: Readonly<Record<SubnetTier, Readonly<Record<string, string>>>> = {
  public: { 'kubernetes.io/role/elb': '1' },
  private: { 'kubernetes.io/role/internal-elb': '1' },
  database: {},
}

type Gateway = { readonly gatewayId: string } | { readonly natGatewayId: string }

/** The VPC: three tiers over three zones. Public has the ways in and out, private the pods, database no way out. */
export class Network extends Construct {
  readonly vpcId: string
  readonly privateSubnetIds: readonly string[]
  readonly databaseSubnetIds: readonly string[]
  readonly #facts: InstallationFacts
  readonly #vpc: Vpc

  constructor(scope: Construct, facts: InstallationFacts, parts: { readonly logsKey: EncryptionKey }) {
    super(scope, 'network')
    this.#facts = facts
    const name = resourceName(facts)
    this.#vpc = new Vpc(this, 'vpc', {
      cidrBlock: facts.cidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      tags: { Name: name, ...this.#clusterTag() },
    })
    this.vpcId = this.#vpc.id
    this.#takeOverDefaults(name)
    const internet = new InternetGateway(this, 'internet', { vpcId: this.vpcId, tags: { Name: name } })
    const open = this.#subnets('public')
    const closed = this.#subnets('private')
    const databases = this.#subnets('database')
    this.privateSubnetIds = closed.map(({ id }) => id)
    this.databaseSubnetIds = databases.map(({ id }) => id)

    const publicTable = this.#routeTable('public', { gatewayId: internet.id })
    for (const [zone, subnet] of open.entries()) this.#associate(`public-${this.#letter(zone)}`, subnet, publicTable)
    const nats = open.slice(0, facts.natGateways).map((subnet, zone) => this.#nat(zone, subnet, internet))
    const privateTables = closed.map((subnet, zone) => {
      // With one gateway alone all zones share it: cheaper, and gone with its zone.
      const natGatewayId = (nats[zone] ?? nats[0])?.id ?? ''
      const table = this.#routeTable(`private-${this.#letter(zone)}`, { natGatewayId })
      this.#associate(`private-${this.#letter(zone)}`, subnet, table)
      return table
    })
    const databaseTable = this.#routeTable('database', null)
    for (const [zone, subnet] of databases.entries())
      this.#associate(`database-${this.#letter(zone)}`, subnet, databaseTable)
    // Images and logs that go to S3 do so for nothing, and not through a NAT gateway by the gigabyte.
    new VpcEndpoint(this, 's3', {
      vpcId: this.vpcId,
      serviceName: `com.amazonaws.${facts.region}.s3`,
      vpcEndpointType: 'Gateway',
      routeTableIds: privateTables.map(({ id }) => id),
      tags: { Name: resourceName(facts, 's3') },
    })
    flowLog(this, facts, { vpcId: this.vpcId, key: parts.logsKey })
  }

  #letter(zone: number): string {
    return this.#facts.zones[zone]?.at(-1) ?? ''
  }

  #clusterTag(): Readonly<Record<string, string>> {
    return { [`kubernetes.io/cluster/${resourceName(this.#facts)}`]: 'shared' }
  }

  /**
   * What AWS makes beside a VPC is open. Group and table are emptied: what somebody forgot to place gets nowhere. The
   * network ACL is every subnet's that has none of its own: emptied it would cut the VPC off. It lets everything pass,
   * because it keeps no state and so cannot tell an answer from a call; who may call is the security groups' to say.
   */
  #takeOverDefaults(name: string): void {
    const { id: vpcId, defaultNetworkAclId, defaultRouteTableId } = this.#vpc
    const tags = { Name: `${name}-default-unused` }
    new DefaultSecurityGroup(this, 'default-security-group', { vpcId, tags })
    new DefaultRouteTable(this, 'default-route-table', { defaultRouteTableId, route: [], tags })
    const pass = { ruleNo: 100, action: 'allow', protocol: '-1', cidrBlock: '0.0.0.0/0', fromPort: 0, toPort: 0 }
    new DefaultNetworkAcl(this, 'default-network-acl', {
      defaultNetworkAclId,
      ingress: [pass],
      egress: [pass],
      tags: { Name: name },
      // AWS lists the subnets that have it; here they are not said, because they get it by saying nothing.
      lifecycle: { ignoreChanges: ['subnet_ids'] },
    })
  }

  #subnets(tier: SubnetTier): readonly Subnet[] {
    const { zones, cidr } = this.#facts
    return zones.map(
      (availabilityZone, zone) =>
        new Subnet(this, `${tier}-${this.#letter(zone)}`, {
          vpcId: this.vpcId,
          availabilityZone,
          cidrBlock: subnetCidr(cidr, tier, zone),
          mapPublicIpOnLaunch: false,
          tags: {
            Name: resourceName(this.#facts, `${tier}-${this.#letter(zone)}`),
            ...(tier === 'database' ? {} : this.#clusterTag()),
            ...balancerTags[tier],
          },
        }),
    )
  }

  #nat(zone: number, subnet: Subnet, internet: InternetGateway): NatGateway {
    const id = this.#letter(zone)
    const tags = { Name: resourceName(this.#facts, `nat-${id}`) }
    const address = new Eip(this, `nat-address-${id}`, { domain: 'vpc', tags, dependsOn: [internet] })
    // AWS refuses one where the internet cannot be reached yet, and takes it down badly the other way round.
    return new NatGateway(this, `nat-${id}`, {
      allocationId: address.id,
      subnetId: subnet.id,
      tags,
      dependsOn: [internet],
    })
  }

  #routeTable(id: string, gateway: Gateway | null): RouteTable {
    const tags = { Name: resourceName(this.#facts, id) }
    const table = new RouteTable(this, `${id}-routes`, { vpcId: this.vpcId, tags })
    if (gateway !== null)
      new Route(this, `${id}-to-internet`, { routeTableId: table.id, destinationCidrBlock: '0.0.0.0/0', ...gateway })
    return table
  }

  #associate(id: string, { id: subnetId }: Subnet, { id: routeTableId }: RouteTable): void {
    new RouteTableAssociation(this, `${id}-association`, { subnetId, routeTableId })
  }
}
