/** The page's looks and its one behaviour, as text: the service is one file and may have no network. */
export const docsStyle = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 7%, transparent) }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1.5rem }
h1 { margin: 0 } h2 { margin: 2rem 0 .5rem; text-transform: capitalize }
code, pre, textarea, input { font: 13px/1.45 ui-monospace, monospace }
pre, textarea { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; overflow: auto; width: 100%; box-sizing: border-box }
input { padding: .3rem .5rem; border: 1px solid var(--line); border-radius: 6px; background: transparent; color: inherit }
details { border: 1px solid var(--line); border-radius: 8px; margin: .4rem 0; padding: .1rem .8rem }
summary { cursor: pointer; padding: .4rem 0; display: flex; gap: .7rem; align-items: baseline; flex-wrap: wrap }
.method { font-weight: 700; min-width: 4rem } .get { color: #2a7ade } .post { color: #2a9d4e } .put, .patch { color: #b8741a } .delete { color: #d03a3a }
.lock::after { content: "signed in"; font-size: 12px; border: 1px solid var(--line); border-radius: 99px; padding: 0 .5rem }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-top: 1px solid var(--line) }
button { font: inherit; padding: .3rem 1rem; border-radius: 6px; border: 1px solid var(--line); cursor: pointer }
`

export const docsScript = `
const token = document.querySelector('#token')
for (const form of document.querySelectorAll('form')) form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { method, path } = form.dataset
  const headers = {}
  const query = new URLSearchParams()
  let target = path
  for (const input of form.querySelectorAll('input')) {
    if (input.value === '') continue
    if (input.dataset.in === 'path') target = target.replace('{' + input.name + '}', encodeURIComponent(input.value))
    if (input.dataset.in === 'query') query.set(input.name, input.value)
    if (input.dataset.in === 'header') headers[input.name] = input.value
  }
  if (token.value !== '') headers.authorization = 'Bearer ' + token.value.trim()
  const body = form.querySelector('textarea')?.value
  if (body !== undefined) headers['content-type'] = 'application/json'
  const output = form.querySelector('output')
  output.textContent = '…'
  try {
    const answer = await fetch(target + (query.size > 0 ? '?' + query : ''), { method, headers, body })
    const text = await answer.text()
    let shown = text
    try { shown = JSON.stringify(JSON.parse(text), null, 2) } catch {}
    output.textContent = answer.status + ' ' + answer.statusText + '\\n' + shown
  } catch (error) { output.textContent = String(error) }
})
`
