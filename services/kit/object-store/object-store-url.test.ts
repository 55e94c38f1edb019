import { expect, test } from 'vitest'
import { objectStoreUrl } from './object-store-url.ts'

const s3 = { kind: 's3', kmsKeyId: null }

test.each([
  ['file:///var/lib/shop/documents', { kind: 'file', directory: '/var/lib/shop/documents' }],
  ['file:///a%20b', { kind: 'file', directory: '/a b' }],
  ['s3://shop-documents', { ...s3, bucket: 'shop-documents', prefix: '' }],
  ['s3://shop-documents/shop-staging/', { ...s3, bucket: 'shop-documents', prefix: 'shop-staging' }],
  ['s3://shop-documents/a/b', { ...s3, bucket: 'shop-documents', prefix: 'a/b' }],
  ['s3://b12/a?kms_key=alias/x', { kind: 's3', bucket: 'b12', prefix: 'a', kmsKeyId: 'alias/x' }],
])('%s is a place', (text, place) => {
  expect(objectStoreUrl.parse(text)).toEqual(place)
})

test.each([
  'documents',
  'file://host/documents',
  'file:documents',
  'file:////documents',
  'https://bucket.s3.amazonaws.com',
  's3://',
  's3://Bucket/a',
  's3://user@bucket/a',
  's3://bucket/a/../b/.hidden',
  's3://bucket/a?region=x',
  's3://bucket//a',
])('%s is none', (text) => {
  expect(objectStoreUrl.safeParse(text).success).toBe(false)
})
