import { describe, expect, test } from 'vitest'
import { stackName } from './stack-reference.ts'
import { addresses, stackReferences, synthesised, synthesisedText } from './testing/synthesised.ts'

// To rewrite them: vitest run --project unit stacks/golden -u
describe.each(stackReferences.map((stack) => [stackName(stack), stack] as const))('%s', (name, stack) => {
  test('is synthesised as its golden file says', async () => {
    await expect(synthesisedText(stack)).toMatchFileSnapshot(`golden/${name}.tf.json`)
  })

  // A construct that is renamed is a resource that Terraform deletes and makes anew, with what is in it.
  test('has the addresses that its states know', async () => {
    await expect(`${addresses(synthesised(stack)).join('\n')}\n`).toMatchFileSnapshot(`golden/${name}.addresses.txt`)
  })
})
