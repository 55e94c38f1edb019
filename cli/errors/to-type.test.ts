import { expect, test } from 'vitest'
import { toType } from './to-type.ts'

test('a command is offered as shopctl was started', () => {
  expect(toType('doctor', { SHOPCTL_INVOKED_AS: './my shop/bin/shopctl' })).toBe("'./my shop/bin/shopctl' doctor")
})

test('a cluster that was typed is typed again for what goes to an environment, and only there, and only once', () => {
  const typed = { SHOPCTL_TYPED_CONTEXT: 'kind-shop' }
  expect(toType('status --env dev', typed)).toBe('shopctl status --env dev --kube-context kind-shop')
  expect(toType('help exit-codes', typed)).toBe('shopctl help exit-codes')
  expect(toType('deploy --env dev --kube-context other', typed)).toBe('shopctl deploy --env dev --kube-context other')
})
