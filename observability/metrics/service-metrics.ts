import { type ServiceName, serviceNames } from '../../services/registry.ts'
import { type Metric, type MetricRow, metricsOf } from './metric.ts'

const by = (services: readonly ServiceName[], rows: readonly MetricRow[]): readonly Metric[] =>
  metricsOf({ exporter: 'service', services }, rows)

/** Requests, stores, limits and the outbox: every service has them of the kit. */
const ofAll = by(serviceNames, [
  ['http_request_duration_seconds', 'histogram', 'seconds', ['method', 'route', 'status_code']],
  ['http_requests_in_flight', 'gauge', 'requests'],
  ['db_query_duration_seconds', 'histogram', 'seconds', ['operation']],
  ['db_errors_total', 'counter', 'statements', ['sqlstate_class']],
  ['db_connection_errors_total', 'counter', 'connections'],
  ['db_pool_connections', 'gauge', 'connections', ['state']],
  ['db_pool_wait_seconds', 'histogram', 'seconds'],
  ['ratelimit_decisions_total', 'counter', 'requests', ['policy', 'result']],
  ['ratelimit_degraded_total', 'counter', 'requests'],
  ['outbox_lag_seconds', 'gauge', 'seconds'],
  ['outbox_unpublished', 'gauge', 'events'],
  ['events_published_total', 'counter', 'events', ['type']],
])

/** Who calls another service and handles events. */
const ofCallers = by(
  ['catalog', 'orders'],
  [
    ['outbound_request_duration_seconds', 'histogram', 'seconds', ['peer', 'result']],
    ['breaker_state', 'gauge', 'state', ['peer']],
    ['auth_degraded_total', 'counter', 'requests'],
    ['events_handled_total', 'counter', 'events', ['type', 'consumer', 'result']],
    ['events_ignored_total', 'counter', 'events', ['consumer']],
    ['event_handler_duration_seconds', 'histogram', 'seconds', ['type', 'consumer']],
    ['bus_lag', 'gauge', 'events', ['consumer']],
    ['dead_events', 'gauge', 'events', ['consumer']],
  ],
)

const ofUsers = by(
  ['users'],
  [
    ['registrations_total', 'counter', 'attempts', ['result']],
    ['logins_total', 'counter', 'attempts', ['result']],
    ['password_resets_total', 'counter', 'attempts', ['result']],
    ['token_refreshes_total', 'counter', 'attempts', ['result']],
    ['password_hash_in_flight', 'gauge', 'attempts'],
  ],
)

const ofCatalog = by(
  ['catalog'],
  [
    ['cache_requests_total', 'counter', 'values', ['cache', 'result']],
    ['cache_load_total', 'counter', 'values', ['cache']],
    ['cache_degraded', 'gauge', 'state', ['cache']],
    ['reservations_total', 'counter', 'attempts', ['result']],
    ['reservations_active', 'gauge', 'reservations'],
    ['inventory_drift_units', 'gauge', 'goods'],
    ['inventory_low_products', 'gauge', 'products'],
    ['inventory_low_available', 'gauge', 'goods', ['product_id']],
  ],
)

const ofOrders = by(
  ['orders'],
  [
    ['orders_total', 'counter', 'orders', ['result']],
    ['order_transitions_total', 'counter', 'orders', ['from', 'to']],
    ['orders_oldest_age_seconds', 'gauge', 'seconds', ['status']],
    ['order_fulfilment_seconds', 'histogram', 'seconds'],
    ['order_tasks_parked_total', 'counter', 'tasks', ['kind']],
    ['payments_total', 'counter', 'events', ['provider', 'result']],
    ['refunds_total', 'counter', 'events', ['provider', 'result']],
    ['webhook_events_total', 'counter', 'events', ['provider', 'result']],
    ['webhook_events_parked', 'gauge', 'events'],
  ],
)

export const serviceMetrics: readonly Metric[] = [...ofAll, ...ofCallers, ...ofUsers, ...ofCatalog, ...ofOrders]

/** prom-client's own, as far as somebody looks at them. */
export const runtimeMetrics: readonly Metric[] = metricsOf({ exporter: 'runtime', services: serviceNames }, [
  ['process_cpu_seconds_total', 'counter', 'seconds'],
  ['process_resident_memory_bytes', 'gauge', 'bytes'],
  ['process_start_time_seconds', 'gauge', 'seconds'],
  ['process_open_fds', 'gauge', 'files'],
  ['process_max_fds', 'gauge', 'files'],
  ['nodejs_eventloop_lag_seconds', 'gauge', 'seconds'],
  ['nodejs_eventloop_lag_p50_seconds', 'gauge', 'seconds'],
  ['nodejs_eventloop_lag_p99_seconds', 'gauge', 'seconds'],
  ['nodejs_heap_size_used_bytes', 'gauge', 'bytes'],
  ['nodejs_heap_size_total_bytes', 'gauge', 'bytes'],
  ['nodejs_external_memory_bytes', 'gauge', 'bytes'],
  ['nodejs_gc_duration_seconds', 'histogram', 'seconds', ['kind']],
])
