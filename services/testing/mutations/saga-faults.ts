import type { Fault } from './fault.ts'

const store = 'orders/saga/saga-store.ts'
const leftSagas = ['orders/saga/left-sagas.integration.test.ts'] as const
const lostLeases = ['orders/saga/lost-leases.integration.test.ts'] as const

export const sagaFaults: readonly Fault[] = [
  {
    name: 'saga: nobody goes on with what a process has left',
    edits: [
      {
        file: store,
        search:
          "where step <> 'done' and next_run_at <= now() and (locked_until is null or locked_until <= now())\n      order by",
        replacement: 'where false\n      order by',
      },
    ],
    project: 'integration',
    files: leftSagas,
    ids: ['O5'],
  },
  {
    name: 'saga: a step is not written down',
    edits: [
      {
        file: store,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: 'update order_sagas s set step = ${unturned(step, sql`s.step`)}, attempt = 0',
        replacement: 'update order_sagas s set attempt = 0',
      },
      {
        file: store,
        search:
          '  return charging && !isTurned ? { ...leased(row), chargedAt: saga.chargedAt, charging } : leased(row)\n',
        replacement:
          '  const next = leased(isTurned ? row : { ...row, step })\n  return charging && !isTurned ? { ...next, chargedAt: saga.chargedAt, charging } : next\n',
      },
    ],
    project: 'integration',
    files: leftSagas,
    ids: ['O5'],
  },
  {
    name: 'saga: what a webhook told is taken back by who goes on',
    edits: [
      {
        file: store,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: 'sql`case s.turns when ${saga.turns} then ${next} else ${told} end`',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: 'sql`case when ${told} is null then ${told} else ${next} end`',
      },
    ],
    project: 'integration',
    files: lostLeases,
    ids: ['O5'],
  },
  {
    name: 'saga: the money stays where the stock is gone',
    edits: [
      {
        file: 'orders/saga/confirm-order.ts',
        search:
          "  await giveBack(transaction, { id: parts.newId(), paymentId: saga.paymentId, key: 'undo', reason }, origin)\n",
        replacement: '  void [giveBack, parts.newId, reason]\n',
      },
    ],
    project: 'integration',
    files: ['orders/saga/stock-gone.integration.test.ts'],
    ids: ['O5'],
  },
  {
    name: 'saga: who leaves it puts off what a webhook told meanwhile',
    edits: [
      {
        file: store,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: 'case turns when ${saga.turns} then now() + make_interval(secs => ${seconds}) else next_run_at end`',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        replacement: 'now() + make_interval(secs => ${seconds})`',
      },
    ],
    project: 'integration',
    files: lostLeases,
    ids: ['O5'],
  },
  {
    name: 'saga: who has lost the lease ends it all the same',
    edits: [
      {
        file: store,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source text
        search: ' and lease = ${saga.lease}`.execute(transaction)',
        replacement: '`.execute(transaction)',
      },
    ],
    project: 'integration',
    files: lostLeases,
    ids: ['O5'],
  },
  {
    name: 'saga: who could not end it decides all the same',
    edits: [
      {
        file: store,
        search: '  if (numAffectedRows !== 1n) throw new LeaseLost()\n',
        replacement: '  void numAffectedRows\n',
      },
    ],
    project: 'integration',
    files: lostLeases,
    ids: ['O5'],
  },
]
