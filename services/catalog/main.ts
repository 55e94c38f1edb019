import { runService } from '../kit/run-service.ts'
import { catalogService } from './catalog-service.ts'

await runService(catalogService)
