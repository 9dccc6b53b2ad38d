/** What the value of a keyword of JSON Schema is. */
export type KeywordValue =
  | 'anything'
  | 'boolean'
  | 'count'
  | 'factor'
  | 'list'
  | 'names'
  | 'names by field'
  | 'number'
  | 'pattern'
  | 'reference'
  | 'schema'
  | 'schema or list'
  | 'schema or names by field'
  | 'schemas'
  | 'schemas by name'
  | 'schemas by pattern'
  | 'string'
  | 'type'
  | 'values';

/** A type of JSON Schema. */
export const SCHEMA_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'] as const;

/** The keywords of the drafts 4 to 2020-12 that decide which values a schema allows. */
export const ASSERTIONS: ReadonlyMap<string, KeywordValue> = new Map<string, KeywordValue>([
  ['type', 'type'],
  ['enum', 'values'],
  ['const', 'anything'],
  ['required', 'names'],
  ['properties', 'schemas by name'],
  ['patternProperties', 'schemas by pattern'],
  ['additionalProperties', 'schema'],
  ['unevaluatedProperties', 'schema'],
  ['propertyNames', 'schema'],
  ['minProperties', 'count'],
  ['maxProperties', 'count'],
  ['dependencies', 'schema or names by field'],
  ['dependentRequired', 'names by field'],
  ['dependentSchemas', 'schemas by name'],
  ['items', 'schema or list'],
  ['prefixItems', 'schemas'],
  ['additionalItems', 'schema'],
  ['unevaluatedItems', 'schema'],
  ['contains', 'schema'],
  ['minContains', 'count'],
  ['maxContains', 'count'],
  ['minItems', 'count'],
  ['maxItems', 'count'],
  ['uniqueItems', 'boolean'],
  ['minLength', 'count'],
  ['maxLength', 'count'],
  ['pattern', 'pattern'],
  ['minimum', 'number'],
  ['maximum', 'number'],
  ['exclusiveMinimum', 'number'],
  ['exclusiveMaximum', 'number'],
  ['multipleOf', 'factor'],
  ['allOf', 'schemas'],
  ['anyOf', 'schemas'],
  ['oneOf', 'schemas'],
  ['not', 'schema'],
  ['if', 'schema'],
  ['then', 'schema'],
  ['else', 'schema'],
  ['$ref', 'reference'],
  ['$defs', 'schemas by name'],
  ['definitions', 'schemas by name'],
]);

/** Keywords that only describe: of JSON Schema, of OpenAPI, and of this language. */
export const ANNOTATIONS: ReadonlyMap<string, KeywordValue> = new Map<string, KeywordValue>([
  ['$schema', 'string'],
  ['$id', 'string'],
  ['$anchor', 'string'],
  ['$dynamicRef', 'string'],
  ['$dynamicAnchor', 'string'],
  ['$vocabulary', 'anything'],
  ['$comment', 'string'],
  ['title', 'string'],
  ['description', 'string'],
  ['default', 'anything'],
  ['examples', 'list'],
  ['deprecated', 'boolean'],
  ['readOnly', 'boolean'],
  ['writeOnly', 'boolean'],
  ['format', 'string'],
  ['contentEncoding', 'string'],
  ['contentMediaType', 'string'],
  ['contentSchema', 'schema'],
  ['is_secret', 'boolean'],
  ...['id', 'comment', 'example', 'nullable', 'discriminator', 'xml', 'externalDocs'].map(
    (keyword): [string, KeywordValue] => [keyword, 'anything'],
  ),
]);
