import { type DeployRequest, deploy } from '../deploy.ts'
import { scriptedMeans } from './scripted-means.ts'
import { type Behaviour, type Source, scriptedPlatform } from './scripted-platform.ts'

/** All services, from the source as it is. */
export const deployAll: DeployRequest = {
  services: ['users', 'catalog', 'orders'],
  mode: 'apply',
  why: null,
  force: 'no',
  waitSeconds: 0,
  demoData: 'none',
}

/** A source whose every service is healthy. */
export const goodSource = { users: 'users1', catalog: 'catalog1', orders: 'orders1' }

/** A platform on which release 1 serves, and the source that the next deploy finds. */
export const withRelease1 = async (behaviours: Record<string, Behaviour> = {}) => {
  const source: Source = { ...goodSource }
  const world = scriptedPlatform(source, behaviours)
  await deploy(deployAll, scriptedMeans(world.platform).means)
  world.journal.length = 0
  return { ...world, source }
}
