import { describe, expect, it } from 'vitest';
import { findMismatch } from '../../../lib/flow/triggers/match-pattern.ts';
import type { JsonObject } from '../../../lib/protocol/json.ts';

const EVENT: JsonObject = {
  source: 'my.shop',
  'detail-type': 'Order Paid',
  detail: {
    status: 'PAID',
    total: 120,
    tags: ['new', 'gift'],
    ip: '10.0.0.17',
    items: [{ sku: 'a' }, { sku: 'b' }],
    gone: null,
  },
};

describe('an event pattern', () => {
  it.each<[JsonObject]>([
    [{}],
    [{ source: ['other', 'my.shop'] }],
    [{ detail: { status: [{ prefix: 'PA' }], total: [{ numeric: ['>', 100, '<=', 120] }] } }],
    [{ detail: { status: [{ 'equals-ignore-case': 'paid' }] } }],
    [{ detail: { status: [{ prefix: { 'equals-ignore-case': 'pa' } }] } }],
    [{ detail: { tags: ['gift'] } }],
    [{ detail: { ip: [{ cidr: '10.0.0.0/24' }] } }],
    [{ detail: { status: [{ 'anything-but': ['OPEN'] }] } }],
    [{ detail: { status: [{ 'anything-but': { prefix: 'OP' } }] } }],
    [{ detail: { coupon: [{ exists: false }], status: [{ exists: true }] } }],
    [{ 'detail-type': [{ wildcard: '*er P*d' }] }],
    [{ detail: { items: { sku: ['b'] } } }],
    [{ detail: { gone: [null] } }],
    [{ $or: [{ source: ['x'] }, { detail: { total: [120] } }] }],
  ])('%j matches', (pattern) => {
    expect(findMismatch(EVENT, pattern)).toBeUndefined();
  });

  it.each<[JsonObject, string]>([
    [{ source: ['my.shop'], 'detail-type': ['Order'] }, 'detail-type'],
    [{ detail: { status: [{ suffix: 'A' }] } }, 'detail.status'],
    [{ detail: { total: [{ numeric: ['<', 120] }] } }, 'detail.total'],
    [{ detail: { total: ['120'] } }, 'detail.total'],
    [{ detail: { tags: ['old'] } }, 'detail.tags'],
    [{ detail: { ip: [{ cidr: '10.0.1.0/24' }] } }, 'detail.ip'],
    [{ detail: { status: [{ exists: false }] } }, 'detail.status'],
    [{ detail: { coupon: [{ 'anything-but': 'x' }] } }, 'detail.coupon'],
    [{ detail: { coupon: { code: ['x'] } } }, 'detail.coupon.code'],
    [{ source: [{ wildcard: 'my\\*shop' }] }, 'source'],
    [{ detail: { items: { sku: ['c'] } } }, 'detail.items.sku'],
    [{ $or: [{ source: ['x'] }, { detail: { total: [1] } }] }, 'source'],
  ])('%j does not, and says where', (pattern, path) => {
    expect(findMismatch(EVENT, pattern)).toMatchObject({ path });
  });
});
