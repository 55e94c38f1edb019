import type { EnvironmentFacts } from '../stacks/environments.ts'
import { encryptedFile, type SecretsMeans } from './flows/secrets.ts'
import type { ClusterSecretsMeans } from './flows/secrets-diff.ts'
import { repositoryRoot } from './repository-root.ts'
import { ShopCommand } from './shop-command.ts'

type Flags = { readonly env: EnvironmentFacts; readonly 'kube-context'?: string | undefined }

/** A command that works with secrets: every value that it meets is known to the redactor before it goes anywhere. */
export abstract class SecretsCommand extends ShopCommand {
  protected means({ env: environment, 'kube-context': kubeContext }: Flags): ClusterSecretsMeans {
    if (kubeContext && process.env.SHOPCTL_KUBE_CONTEXT !== kubeContext) process.env.SHOPCTL_TYPED_CONTEXT = kubeContext
    const means: SecretsMeans = {
      environment,
      repository: repositoryRoot,
      variables: process.env,
      keepSecret: (value) => this.redactor.register(value),
      signal: this.interrupted,
    }
    return {
      ...means,
      async running() {
        const facts = environment.kubernetes
        // Throws: where there is no cluster there are no such secrets either.
        if (facts === null) throw new Error(`${encryptedFile(means).path} is of no cluster`)
        const { fetchGivenSecrets } = await import('./platforms/kubernetes/secret-given.ts')
        return fetchGivenSecrets({ ...means, facts, kubeContext: kubeContext ?? null })
      },
    }
  }
}
