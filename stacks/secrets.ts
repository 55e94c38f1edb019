import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret/index.js'
import { SecretsmanagerSecretRotation } from '@cdktf/provider-aws/lib/secretsmanager-secret-rotation/index.js'
import { Construct } from 'constructs'
import type { Database } from './database.ts'
import type { InstallationFacts } from './installations.ts'
import type { Keys } from './keys.ts'
import type { Network } from './network.ts'
import { RotationFunction } from './rotation-function.ts'
import { type SecretName, secretDescriptions, secretNames, secretRotations } from './secret-names.ts'

const rotationRules = { automaticallyAfterDays: 30 }

export type SecretsParts = { readonly network: Network; readonly keys: Keys; readonly database: Database }

/** Places for secrets, and how they rotate. Values come later, from `shopctl secrets` and the rotation function. */
export class Secrets extends Construct {
  readonly arns: ReadonlyMap<SecretName, string>

  constructor(scope: Construct, facts: InstallationFacts, { network, keys, database }: SecretsParts) {
    super(scope, 'secrets')
    const made = secretNames.map(
      (name) =>
        [
          name,
          new SecretsmanagerSecret(this, name, {
            name: `shop/${facts.name}/${name}`,
            description: secretDescriptions[name],
            kmsKeyId: keys.secrets.arn,
            // Without protection its name is free at once, so that `down` and `up` can follow each other.
            recoveryWindowInDays: facts.protect ? 30 : 0,
            lifecycle: { preventDestroy: facts.protect },
          }),
        ] as const,
    )
    this.arns = new Map(made.map(([name, { arn }]) => [name, arn]))
    const rotated = made.filter(([name]) => secretRotations[name] === 'function')
    const rotation = new RotationFunction(this, facts, {
      network,
      keys,
      database,
      secrets: rotated.map(([name]) => name),
    })
    for (const [name, { id: secretId }] of rotated)
      new SecretsmanagerSecretRotation(this, `${name}-rotation`, {
        secretId,
        rotationLambdaArn: rotation.arn,
        rotationRules,
        // A secret has no value yet when it is made.
        rotateImmediately: false,
        dependsOn: [...rotation.ready],
      })
    // RDS rotates it by itself, every 7 days unless told otherwise.
    new SecretsmanagerSecretRotation(this, 'database-master-rotation', {
      secretId: database.masterSecretArn,
      rotationRules,
      rotateImmediately: false,
    })
  }
}
