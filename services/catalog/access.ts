import { type AccessTable, admins, adminsAndServices, usersAndServices, verifiedUsers } from '../kit/access.ts'

/** Who may call what. `../testing/role-matrix.integration.test.ts` calls each as every role. */
export const catalogAccess = {
  listProducts: 'anyone',
  getProduct: 'anyone',
  createProduct: admins,
  updateProduct: admins,
  deleteProduct: admins,
  relatedProducts: 'anyone',
  listCategories: 'anyone',
  getCategory: 'anyone',
  createCategory: admins,
  updateCategory: admins,
  deleteCategory: admins,
  listReviews: 'anyone',
  createReview: verifiedUsers,
  updateReview: verifiedUsers,
  deleteReview: verifiedUsers,
  getStock: 'anyone',
  setStock: admins,
  reserveStock: usersAndServices('inventory:reserve'),
  releaseReservation: usersAndServices('inventory:reserve'),
  commitReservation: adminsAndServices('inventory:commit'),
  returnReservation: adminsAndServices('inventory:commit'),
  reservationStates: adminsAndServices('inventory:reserve'),
  reconcileStock: admins,
} as const satisfies AccessTable

export type CatalogAccess = typeof catalogAccess
