/**
 * The functions of an expression. Sources: "Function library" of JSONata 2.0.6, without `$eval`; "JSONata functions
 * provided by Step Functions", AWS Step Functions developer guide.
 */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  `sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match
  contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power
  boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert type sort
  shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl toMillis fromMillis
  now millis clone partition range hash random uuid parse`.split(/\s+/),
);
