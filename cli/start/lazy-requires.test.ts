import { expect, test } from 'vitest'
import { withLazyRequires } from './lazy-requires.ts'

/** Runs the code as Node runs a CommonJS module, and answers what it exports and what it had required by then. */
const evaluate = (code: string, modules: Readonly<Record<string, unknown>>) => {
  const required: string[] = []
  const exported: Record<string, unknown> = {}
  const require = (name: string) => {
    required.push(name)
    return modules[name]
  }
  new Function('require', 'exports', '__importDefault', withLazyRequires(code))(
    require,
    exported,
    (inner: unknown) => ({
      default: inner,
    }),
  )
  return { required, exported }
}

test('a module is loaded when it is first used, and once', () => {
  const code = `const a_1 = require("a");\nexports.use = () => a_1.word + (0, a_1.shout)("!");`
  const { required, exported } = evaluate(code, { a: { word: 'hi', shout: (text: string) => text } })
  expect(required).toEqual([])
  const use = exported.use
  if (typeof use !== 'function') throw new Error('nothing exported')
  expect([use(), use()]).toEqual(['hi!', 'hi!'])
  expect(required).toEqual(['a'])
})

test('a class of a lazy module can be made and extended', () => {
  class Base {
    readonly made: string
    constructor(made: string) {
      this.made = made
    }
  }
  const code = `const a_1 = require("a");\nexports.made = new a_1.Base("x").made;\nclass More extends a_1.Base {}\nexports.more = new More("y").made;`
  expect(evaluate(code, { a: { Base } }).exported).toEqual({ made: 'x', more: 'y' })
})

test('a default import keeps its wrapper', () => {
  const code = `const a_1 = __importDefault(require("a"));\nexports.value = a_1.default;`
  expect(evaluate(code, { a: 42 }).exported).toEqual({ value: 42 })
})

test('what is used as a whole is loaded at once', () => {
  const code = `const a_1 = require("a");\nexports.all = { ...a_1 };`
  expect(evaluate(code, { a: { one: 1 } })).toEqual({ required: ['a'], exported: { all: { one: 1 } } })
})
