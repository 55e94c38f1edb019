/** The shop that a newcomer sees: eight categories, fifty products. Prices are euro cents. */

export type DemoProduct = {
  readonly sku: string
  readonly name: string
  readonly brand: string
  readonly price: number
  readonly stock: number
  readonly description: string
}
export type DemoCategory = { readonly name: string; readonly products: readonly DemoProduct[] }

type Row = readonly [sku: string, name: string, brand: string, price: number, stock: number, description: string]

const products = (...rows: readonly Row[]): DemoProduct[] =>
  rows.map(([sku, name, brand, price, stock, description]) => ({ sku, name, brand, price, stock, description }))

export const demoCatalog: readonly DemoCategory[] = [
  {
    name: 'Kitchen',
    products: products(
      ['KIT-001', 'Cast iron pan, 26 cm', 'Hearth', 4990, 60, 'Seasoned and ready to use, on any stove or open fire.'],
      ['KIT-002', 'Chef knife, 20 cm', 'Hearth', 7900, 35, 'Forged from one piece of steel, with a walnut handle.'],
      [
        'KIT-003',
        'Oak cutting board',
        'Grain & Co',
        3450,
        80,
        'End grain that is kind to blades, with a juice groove.',
      ],
      [
        'KIT-004',
        'Pour-over coffee maker',
        'Morning',
        3990,
        45,
        'Glass carafe for six cups and a steel filter to keep.',
      ],
      ['KIT-005', 'Hand coffee grinder', 'Morning', 8900, 25, 'Steel burrs with thirty steps, from espresso to press.'],
      ['KIT-006', 'Enamel saucepan, 2 l', 'Hearth', 3290, 50, 'Heats evenly, pours from both sides.'],
      ['KIT-007', 'Digital kitchen scale', 'Morning', 2490, 120, 'Weighs to the gram up to five kilograms.'],
    ),
  },
  {
    name: 'Desk and office',
    products: products(
      ['OFF-001', 'Mechanical keyboard', 'Tactile', 12900, 40, 'Quiet switches, aluminium frame, no software needed.'],
      ['OFF-002', 'Vertical mouse', 'Tactile', 5490, 70, 'Keeps the wrist straight through a long day.'],
      ['OFF-003', 'LED desk lamp', 'Lumen', 6900, 55, 'Dims without flicker, from candle warm to daylight.'],
      ['OFF-004', 'Dotted notebook, A5', 'Foolscap', 1290, 300, 'Pages that lie flat, and paper that takes ink.'],
      ['OFF-005', 'Fountain pen, fine', 'Foolscap', 3900, 65, 'A steel nib that writes at once after a week unused.'],
      ['OFF-006', 'Laptop stand', 'Tactile', 4590, 90, 'Folds flat, lifts the screen to the height of the eyes.'],
      ['OFF-007', 'Wool desk mat', 'Grain & Co', 3990, 48, 'Warm under the hands, quiet under the keyboard.'],
    ),
  },
  {
    name: 'Audio',
    products: products(
      ['AUD-001', 'Closed headphones', 'Undertone', 14900, 30, 'For mixing and for trains: little leaks in or out.'],
      ['AUD-002', 'Wireless earphones', 'Undertone', 9900, 85, 'Eight hours of play, and twenty more in the case.'],
      [
        'AUD-003',
        'Bookshelf speakers, pair',
        'Undertone',
        24900,
        12,
        'Two-way, with an amplifier and inputs for everything.',
      ],
      ['AUD-004', 'Turntable', 'Groove', 29900, 8, 'Belt drive, with a needle that can be exchanged.'],
      ['AUD-005', 'USB microphone', 'Undertone', 8900, 40, 'Hears the voice and not the room.'],
      ['AUD-006', 'Kitchen radio', 'Groove', 7900, 33, 'Stations by one knob, batteries for a summer outside.'],
    ),
  },
  {
    name: 'Outdoor',
    products: products(
      ['OUT-001', 'Two-person tent', 'Ridge', 18900, 18, 'Stands in five minutes and weighs two kilograms.'],
      ['OUT-002', 'Down sleeping bag', 'Ridge', 21900, 14, 'Warm to freezing point, small as a loaf of bread.'],
      ['OUT-003', 'Trekking poles, pair', 'Ridge', 5990, 42, 'Three parts that lock with one lever each.'],
      ['OUT-004', 'Steel water bottle, 1 l', 'Ridge', 2790, 150, 'Cold for a day, warm for a night.'],
      ['OUT-005', 'Headlamp', 'Lumen', 3490, 75, 'Three hundred lumens, and red light for the map.'],
      ['OUT-006', 'Gas stove', 'Ridge', 4290, 38, 'Boils a litre in four minutes, also in the wind.'],
    ),
  },
  {
    name: 'Books',
    products: products(
      ['BOK-001', 'Bread, slowly', 'Margin Press', 2800, 64, 'Sourdough explained by what the dough is doing.'],
      ['BOK-002', 'The quiet garden', 'Margin Press', 2400, 57, 'A year in a small plot, month by month.'],
      ['BOK-003', 'Maps of rivers', 'Margin Press', 3900, 22, 'Forty rivers from spring to sea, drawn by hand.'],
      [
        'BOK-004',
        'A short history of tools',
        'Margin Press',
        1990,
        71,
        'From the hand axe to the lathe in two hundred pages.',
      ],
      [
        'BOK-005',
        'Bird calls of the north',
        'Margin Press',
        2600,
        0,
        'With recordings behind every page. Out of stock.',
      ],
      ['BOK-006', 'Knots for everyone', 'Margin Press', 1450, 95, 'Twenty knots that cover nearly everything.'],
    ),
  },
  {
    name: 'Home',
    products: products(
      ['HOM-001', 'Linen bed set', 'Loom', 11900, 26, 'Washed linen for one bed and two pillows.'],
      ['HOM-002', 'Wool blanket', 'Loom', 8900, 31, 'Woven from the wool of one valley.'],
      ['HOM-003', 'Beeswax candles, four', 'Loom', 1890, 140, 'Burn for eight hours each and smell of summer.'],
      ['HOM-004', 'Wall clock', 'Grain & Co', 5490, 29, 'Ash wood, and a hand that does not tick.'],
      ['HOM-005', 'Ceramic vase', 'Kiln', 3790, 3, 'Thrown by hand, so that no two are alike.'],
      ['HOM-006', 'Doormat of coconut fibre', 'Loom', 2490, 66, 'Takes the winter off the shoes.'],
    ),
  },
  {
    name: 'Garden',
    products: products(
      ['GAR-001', 'Pruning shears', 'Ridge', 3290, 58, 'Blades that can be sharpened, parts that can be bought.'],
      ['GAR-002', 'Watering can, 8 l', 'Kiln', 4490, 36, 'Zinc-coated, with a fine rose of brass.'],
      ['GAR-003', 'Herb seeds, twelve kinds', 'Plot', 1590, 200, 'Basil, dill, thyme and nine more, for a windowsill.'],
      ['GAR-004', 'Raised bed', 'Plot', 9900, 15, 'Larch boards that fit together without a screw.'],
      ['GAR-005', 'Hand trowel', 'Plot', 1990, 88, 'Stainless steel with marks for the depth of bulbs.'],
      ['GAR-006', 'Bird feeder', 'Plot', 2890, 0, 'Keeps the seed dry and the squirrels busy. Out of stock.'],
    ),
  },
  {
    name: 'Games',
    products: products(
      ['GAM-001', 'Chess set', 'Grain & Co', 6900, 24, 'Weighted maple pieces on a folding board.'],
      ['GAM-002', 'Playing cards, linen', 'Foolscap', 990, 250, 'A deck that shuffles well from the first day.'],
      ['GAM-003', 'Jigsaw, 1000 pieces', 'Foolscap', 2490, 47, 'A harbour at dusk; every piece has its own shape.'],
      ['GAM-004', 'Dice set, seven', 'Kiln', 1290, 110, 'Balanced, with numbers that can be read in candlelight.'],
      [
        'GAM-005',
        'Strategy game: Canals',
        'Foolscap',
        4490,
        20,
        'Two to four players dig, trade and flood each other.',
      ],
      ['GAM-006', 'Wooden domino', 'Grain & Co', 2190, 53, 'Beech stones in a box with a sliding lid.'],
    ),
  },
]
