/** Of rows of orders that are known to miss their target: why, and what was tried. */
export const ordersMissedBecause: Readonly<Record<string, string>> = {
  'X10.order':
    'an order costs 37 ms of CPU over all processes (orders 17, PostgreSQL 15, catalog 4), so that two cores give 54 a second at the most; 150 need 13 ms. Of the time of orders a quarter goes into writing to PostgreSQL and a sixth into the PDF. Tried: 119 statements an order became 65, an order is read by one of them, the number of an invoice is taken last; before it was 53 ms and 25 a second',
  'X10.boot':
    'an empty Node takes 31 ms here, and reading the bundle, the largest of the three, is most of the rest. Tried: providers, documents, mail and tracing are read when they are first needed',
  X6: 'of the run on file, which kept 5,000 laid out words of documents for each font; with 1,000, as it is now, six minutes gave 0.32 MiB a minute',
}
