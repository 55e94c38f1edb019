import { runService } from '../kit/run-service.ts'
import { ordersService } from './orders-service.ts'

await runService(ordersService)
