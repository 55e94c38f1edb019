import { browseJourney } from './browse-journey.ts'
import { forbiddenJourney } from './forbidden-journey.ts'
import type { Journey } from './journey.ts'
import { orderJourney } from './order-journey.ts'
import { profileJourney } from './profile-journey.ts'

export const journeys: readonly Journey[] = [profileJourney, browseJourney, orderJourney, forbiddenJourney]
