import type { Fault } from './fault.ts'

const keys = 'kit/idempotency-store.ts'
const repeats = ['orders/drafts/repeat-order.integration.test.ts'] as const
const issue = 'orders/invoices/issue-invoice.ts'

export const orderFaults: readonly Fault[] = [
  {
    name: 'idempotency: the key is looked up, then inserted',
    edits: [
      {
        file: keys,
        search: '  const { rows } = await sql<{ number: number; resourceId: string }>`\n    insert into',
        replacement:
          '  const known = await readKey(database, row)\n  const { rows } = known !== undefined ? { rows: [] } : await sql<{ number: number; resourceId: string }>`\n    insert into',
      },
      {
        file: keys,
        search: `do update
      set claim = idempotency_keys.claim + 1, locked_until = excluded.locked_until
      where idempotency_keys.fingerprint = excluded.fingerprint
        and idempotency_keys.answer_status is null
        and idempotency_keys.locked_until <= now()
    returning`,
        // As where no constraint is: each of them believes that it was the first.
        replacement: 'do update set resource_id = excluded.resource_id\n    returning',
      },
      {
        file: keys,
        search: 'and answer_status is null`.execute(\n    transaction,',
        replacement: '`.execute(\n    transaction,',
      },
    ],
    project: 'integration',
    files: repeats,
    ids: ['O1'],
  },
  {
    name: 'idempotency: whatever the body is, the key has its answer',
    edits: [
      {
        file: keys,
        search: 'if (found.fingerprint !== fingerprint) throw',
        replacement: "if (found.fingerprint === '') throw",
      },
    ],
    project: 'integration',
    files: repeats,
    ids: ['O2'],
  },
  {
    name: 'order: the price of a line is read from the body',
    edits: [
      {
        file: 'orders/order-contract.ts',
        search: '.array(z.strictObject({ product_id: idSchema, quantity }))',
        replacement: '.array(z.strictObject({ product_id: idSchema, quantity, unit_price_cents: cents.optional() }))',
      },
      {
        file: 'orders/drafts/price-order.ts',
        search: 'product: found.get(line.productId), charges }))',
        replacement: 'product: believed(items, found.get(line.productId)), charges }))',
      },
      {
        file: 'orders/drafts/price-order.ts',
        search: '/** Of an order without a line and without a word of the customer. */\n',
        replacement: `function believed(items: OrderDraft['items'], product: CatalogProduct | undefined): CatalogProduct | undefined {
  const told = items.find((item) => item.product_id === product?.id)?.unit_price_cents
  return product === undefined ? undefined : { ...product, price: told ?? product.price }
}
`,
      },
    ],
    project: 'integration',
    files: ['orders/drafts/create-order.integration.test.ts'],
    ids: ['O10'],
  },
  {
    name: 'invoice: its number is of a sequence',
    edits: [
      {
        file: issue,
        search: `insert into invoice_counters as c (series, last) values (\${series}, 1)
      on conflict (series) do update set last = c.last + 1
      returning series, last, lpad(last::text, greatest(6, length(last::text)), '0') as digits`,
        replacement: `select series, last, lpad(last::text, greatest(6, length(last::text)), '0') as digits
      from (
        select \${series}::text as series, nextval(lower(translate(\${series}, '-', '_')) || '_numbers')::integer as last
      ) c`,
      },
      {
        file: 'orders/migrations/payment-tables.ts',
        search: '  await sql`\n    create table invoice_counters (',
        replacement: `  for (const kind of ['inv', 'cn']) {
    for (let year = 2020; year < 2040; year += 1) {
      await sql\`create sequence \${sql.id(\`\${kind}_\${year}_numbers\`)}\`.execute(database)
    }
  }
  await sql\`\n    create table invoice_counters (`,
      },
    ],
    project: 'integration',
    files: ['orders/refunds/credit-notes.integration.test.ts'],
    ids: ['O8'],
  },
  {
    name: 'invoice: the rest of an order is credited without the rest of its tax',
    edits: [
      {
        file: 'orders/invoices/credited-parts.ts',
        search: '  if (amountCents >= left.totalCents) return { ...left, totalCents: amountCents }\n',
        replacement: '',
      },
      {
        file: 'orders/invoices/credited-parts.ts',
        search: 'taxCents: Math.max(least, Math.min(wanted, most))',
        // Without the line above it makes the last amount take the rest all the same.
        replacement: 'taxCents: Math.max(Math.min(0, least), Math.min(wanted, most))',
      },
    ],
    project: 'unit',
    files: ['orders/invoices/credited-parts.test.ts'],
    ids: ['O8'],
  },
  {
    name: 'payment: each try has a key of its own at the provider',
    edits: [
      {
        file: 'orders/saga/charge-steps.ts',
        search: '.charge({ ...knownPayment(payment), methodToken',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: '.charge({ ...knownPayment(payment), key: `${payment.providerKey}:${Math.random()}`, methodToken',
      },
    ],
    project: 'integration',
    files: ['orders/pay/one-charge.integration.test.ts'],
    ids: ['O9'],
  },
  {
    name: 'orders: any customer may give money back',
    edits: [{ file: 'orders/access.ts', search: 'createRefund: admins,', replacement: 'createRefund: users,' }],
    project: 'integration',
    files: ['testing/role-matrix.integration.test.ts'],
    ids: ['O35'],
  },
  {
    name: 'orders: whoever is signed in may read what is not theirs',
    edits: [
      {
        file: 'orders/reads/read-routes.ts',
        search: "role === 'admin' ? undefined : userId",
        replacement: "role === 'admin' || userId !== '' ? undefined : userId",
      },
    ],
    project: 'integration',
    files: ['testing/role-matrix.integration.test.ts'],
    ids: ['O35'],
  },
]
