import { createRoutes } from '../../kit/routes.ts'
import { type LinkPage, linkPages } from './link-page-texts.ts'
import { linkPageHeaders, pageLanguage, renderLinkPage } from './render-link-page.ts'

/**
 * What mailed links open. For people, so like the other pages they are no operations of the API, and like those they
 * change nothing: the token is used by the operation that the page's button calls.
 */
export function linkPageRoutes() {
  const routes = createRoutes()
  const add = (page: LinkPage) =>
    routes.get(linkPages[page].path, (c) =>
      c.html(renderLinkPage(page, pageLanguage(c.req.header('accept-language'))), 200, linkPageHeaders),
    )
  add('verify')
  add('reset')
  return routes
}
