import { runService } from '../kit/run-service.ts'
import { usersService } from './users-service.ts'

await runService(usersService)
