export function renderDocsPage(document: object): string {
  return JSON.stringify(document)
}
