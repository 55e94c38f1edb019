import { usersProblems } from '../problems.ts'

/**
 * The pages' one behaviour, as text: the service is one file. The token stands behind the `#`, so that it reaches no
 * server and no log before the button is pressed; programs that only open links press none. Paths are relative, because
 * the shop may live below one. What is said is in the page: here only statuses and codes decide. Where the page is open
 * already, a browser that follows another link to it loads nothing, and only tells that the `#` has changed.
 */
export const linkPageScript = `
const token = new URLSearchParams(location.hash.slice(1)).get('token')
const act = document.querySelector('#act')
const again = document.querySelector('#again')
const show = (form, said) => {
  act.hidden = form !== act
  again.hidden = form !== again
  for (const text of document.querySelectorAll('[data-said]')) text.hidden = text.dataset.said !== said
}
const saidOf = async (form, answer) => {
  if (answer === null) return 'later'
  if (answer.ok) return form === act ? 'done' : 'sent'
  if (form === again) return answer.status === 422 ? 'address' : 'later'
  const { code, errors = [] } = await answer.json().catch(() => ({}))
  if (code === '${usersProblems.tokenInvalid.code}') return 'over'
  if (answer.status !== 422) return 'later'
  if (errors.some(({ pointer }) => pointer === '/token')) return 'over'
  return errors.some(({ code }) => code === 'guessable') ? 'guessable' : 'refused'
}
const formAfter = { done: null, sent: null, over: again }
for (const form of [act, again]) form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const button = form.querySelector('button')
  button.disabled = true
  const fields = Object.fromEntries(new FormData(form))
  const answer = await fetch(form.dataset.path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(form === act ? { token, ...fields } : fields),
    credentials: 'omit',
  }).catch(() => null)
  const said = await saidOf(form, answer)
  if (said === 'done') history.replaceState(null, '', location.pathname)
  button.disabled = false
  show(said in formAfter ? formAfter[said] : form, said)
})
addEventListener('hashchange', () => location.reload())
if (token === null) show(again, 'again')
else show(act, null)
`
