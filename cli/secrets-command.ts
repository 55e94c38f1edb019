import type { EnvironmentFacts } from '../stacks/environments.ts'
import type { ClusterSecretsMeans } from './flows/secrets-diff.ts'
import { repositoryRoot } from './repository-root.ts'
import { ShopCommand } from './shop-command.ts'

type Flags = { readonly env: EnvironmentFacts; readonly 'kube-context'?: string | undefined }

/** A command that works with secrets: every value that it meets is known to the redactor before it goes anywhere. */
export abstract class SecretsCommand extends ShopCommand {
  protected means({ env: environment, 'kube-context': kubeContext }: Flags): ClusterSecretsMeans {
    if (kubeContext && process.env.SHOPCTL_KUBE_CONTEXT !== kubeContext) process.env.SHOPCTL_TYPED_CONTEXT = kubeContext
    return {
      environment,
      repository: repositoryRoot,
      variables: process.env,
      kubeContext: kubeContext ?? null,
      keepSecret: (value) => this.redactor.register(value),
      signal: this.interrupted,
    }
  }
}
