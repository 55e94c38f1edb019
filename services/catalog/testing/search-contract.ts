import { beforeAll, describe, expect, test } from 'vitest'
import type { ProductSearch, SearchHit, SearchQuery } from '../search/product-search.ts'

/** What the products of a shop are to be for this suite; categories are told by their names. */
export type ContractProduct = {
  readonly sku: string
  readonly name: string
  readonly brand: string
  readonly description: string
  readonly price: number
  readonly stock: number
  readonly category: 'upper' | 'lower' | 'other'
  readonly state: 'live' | 'inactive' | 'deleted'
}

export type ContractShop = {
  readonly search: ProductSearch
  /** The SKU of an id. */
  skuOf(id: string): string
  categoryId(category: ContractProduct['category']): string
}

const product = (sku: string, name: string, more: Partial<ContractProduct> = {}): ContractProduct => ({
  ...{ sku, name, brand: 'Hearth', description: '', price: 1_000, stock: 1, category: 'upper', state: 'live' },
  ...more,
})

/** `lower` is below `upper`. */
export const contractProducts: readonly ContractProduct[] = [
  product('kettle', 'Whistling kettle', { brand: 'Vulcan', description: 'Enamelled by hand in the mountains.' }),
  product('kettle-inactive', 'Hidden kettle', { state: 'inactive' }),
  product('kettle-deleted', 'Broken kettle', { state: 'deleted' }),
  product('blanket', 'Merino blanket', { description: 'Warm as a kettle.', price: 2_000 }),
  product('knife', 'Paring knife', { price: 2_000 }),
  product('lamp', 'Reading lamp', { price: 3_000, stock: 0, category: 'lower' }),
  product('percent', '100% cotton cloth', { price: 500 }),
  product('underscore', 'snake_case poster', { price: 500 }),
  product('backslash', 'Poster of a \\ sign', { price: 500 }),
  product('hyphenated', 'Cast-iron skillet'),
  product('apart', 'Cast iron griddle'),
  product('radio', 'Radio X-200'),
  product('GAM-006', 'Chess set'),
  product('gam-board', 'Draughts board', { description: 'Goes with GAM-006, the chess set of chess sets.' }),
  product('GAM-007', 'Hidden ludo', { state: 'inactive' }),
  product('GAM-008', 'Deleted ludo', { state: 'deleted' }),
  ...Array.from({ length: 25 }, (_, index) =>
    product(`mug-${index}`, `Mug number ${index}`, {
      price: 100 * (index % 5),
      stock: index % 2,
      category: index % 3 === 0 ? 'lower' : 'other',
    }),
  ),
]

/** What every implementation of the search keeps. `open` puts the products in and waits until they can be found. */
export function searchContract(name: string, open: (products: readonly ContractProduct[]) => Promise<ContractShop>) {
  describe(`search by ${name}`, () => {
    let shop: ContractShop
    beforeAll(async () => {
      shop = await open(contractProducts)
    })

    const query = (q: string, more: Partial<SearchQuery> = {}): SearchQuery => ({
      ...{ q, sort: 'relevance', limit: 100, after: null },
      ...more,
    })
    const skusOf = (hits: readonly SearchHit[]) => hits.map(({ id }) => shop.skuOf(id))
    const found = async (q: string, more: Partial<SearchQuery> = {}) => skusOf(await shop.search.find(query(q, more)))

    test.each([
      ['its name', 'whistling kettle', 'kettle'],
      ['its name in another form', 'BLANKETS', 'blanket'],
      ['its name in the plural of a word in f', 'knives', 'knife'],
      ['its brand', 'vulcan', 'kettle'],
      ['its description', 'mountains', 'kettle'],
      ['the beginning of a word', 'whistling ket', 'kettle'],
      ['the beginning of its only word', 'merin', 'blanket'],
      ['a letter too many', 'blankeet', 'blanket'],
      ['a letter too few', 'blaket', 'blanket'],
      ['a wrong letter', 'blamket', 'blanket'],
      ['two letters swapped', 'balnket', 'blanket'],
      ['two letters swapped in a short word', 'readnig lmap', 'lamp'],
      ['one word right and one wrong', 'merino blanlet', 'blanket'],
    ])('C26: a product is found by %s', async (_, q, sku) => {
      expect((await found(q))[0]).toBe(sku)
    })

    test.each([
      ['cast iron - griddle', ['apart']],
      ['griddle – cast iron', ['apart']],
      ['griddle—iron', ['apart']],
      ['- griddle', ['apart']],
      ['griddle -', ['apart']],
      ['cast-iron griddle', ['apart']],
      ['cast-iron grid', ['apart']],
      ['cast iron skillet', ['hyphenated']],
      ['cast-iron skillet', ['hyphenated']],
      ['"cast-iron"', ['apart', 'hyphenated']],
      ['cast -griddle', ['hyphenated']],
      ['griddle -cast-iron', []],
      ['skillet -cast-iron', []],
      ['x-200', ['radio']],
      ['merino-blanlet', ['blanket']],
    ])('C26: %s is searched with its dashes as whoever types means them', async (q, skus) => {
      expect((await found(q)).toSorted()).toEqual(skus)
    })

    test.each(['GAM-006', 'gam-006', ' Gam-006 '])('C26: the SKU %s is the first hit, and once', async (q) => {
      expect(await found(q)).toEqual(['GAM-006', 'gam-board'])
      const first = await shop.search.find(query(q, { limit: 1 }))
      const after = first[0]?.position ?? null
      expect(skusOf(await shop.search.find(query(q, { limit: 1, after })))).toEqual(['gam-board'])
      expect(await found(q, { category: shop.categoryId('other') })).toEqual([])
    })

    test('C26: a SKU that cannot be bought finds nothing', async () => {
      for (const q of ['GAM-007', 'gam-008']) expect(await found(q)).toEqual([])
    })

    test('C26: what is in the name comes before what is in the description', async () => {
      expect(await found('kettle')).toEqual(['kettle', 'blanket'])
    })

    test('C26: what is inactive or deleted is never found, with a typing error neither', async () => {
      for (const q of ['kettle', 'kettel', 'hidden', 'broken', 'hiden', 'broken kettle']) {
        expect(await found(q)).not.toEqual(expect.arrayContaining([expect.stringMatching(/inactive|deleted/)]))
      }
    })

    test('C26: where the words as typed are found, nothing is corrected; what is far from all finds nothing', async () => {
      expect(await found('mug -number')).toEqual([])
      expect(await found('"kettle whistling"')).toEqual([])
      for (const q of ['xylophone', 'mxg', 'kettle xylophone', 'the', '   ']) expect(await found(q)).toEqual([])
    })

    test.each(['mug', 'mugg', 'number'])(
      'C26: %s has the same order each time, and page after page each product once',
      async (q) => {
        const whole = await found(q)
        expect(whole).toHaveLength(25)
        for (let time = 0; time < 3; time += 1) expect(await found(q)).toEqual(whole)
        for (const sort of ['relevance', 'price', '-price', 'name', '-name', 'created_at', '-created_at'] as const) {
          const paged: string[] = []
          let after: SearchQuery['after'] = null
          do {
            const hits: readonly SearchHit[] = await shop.search.find(query(q, { sort, limit: 4, after }))
            paged.push(...skusOf(hits))
            after = hits.length < 4 ? null : (hits.at(-1)?.position ?? null)
          } while (after !== null)
          expect(paged).toEqual(await found(q, { sort }))
          expect(new Set(paged).size).toBe(25)
        }
      },
    )

    test('C26: filters leave what a list without a search would leave', async () => {
      const mugs = contractProducts.filter(({ sku }) => sku.startsWith('mug-'))
      const expected = (keep: (one: ContractProduct) => boolean) =>
        mugs
          .filter(keep)
          .map(({ sku }) => sku)
          .toSorted()
      const filtered = async (more: Partial<SearchQuery>) => (await found('mug', more)).toSorted()
      expect(await filtered({ price_min: 100, price_max: 200 })).toEqual(
        expected(({ price }) => price >= 100 && price <= 200),
      )
      expect(await filtered({ in_stock: true })).toEqual(expected(({ stock }) => stock > 0))
      expect(await filtered({ in_stock: false })).toEqual(expected(({ stock }) => stock === 0))
      const lower = { category: shop.categoryId('lower') }
      expect(await filtered(lower)).toEqual(expected(({ category }) => category === 'lower'))
      expect(await filtered({ category: shop.categoryId('upper') })).toEqual(await filtered(lower))
      expect(await filtered({ ...lower, in_stock: true, price_max: 100 })).toEqual(
        expected(({ category, stock, price }) => category === 'lower' && stock > 0 && price <= 100),
      )
      const byPrice = await found('mug', { sort: '-price' })
      const prices = byPrice.map((sku) => mugs.find((one) => one.sku === sku)?.price ?? 0)
      expect(prices).toEqual(prices.toSorted((a, b) => b - a))
    })

    test.each([
      ['%', ['percent']],
      ['_', ['underscore']],
      ['\\', ['backslash']],
      [':*', []],
      ['((((', []],
      ["';", []],
      ['%%', []],
    ])('C8: %s stands for itself', async (q, skus) => {
      expect(await found(q)).toEqual(skus)
    })
  })
}
