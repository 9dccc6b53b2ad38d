/** How programs write a text that they are given: the spellings that a secret must not get out in. */
export const SPELLERS: { readonly [name: string]: (text: string) => string } = {
  plain: (text) => text,
  json: (text) => JSON.stringify(text),
  'json in json': (text) => JSON.stringify(JSON.stringify({ text })),
  'json in json in json': (text) => JSON.stringify(JSON.stringify(JSON.stringify({ text }))),
  'ascii json': (text) => JSON.stringify(text).replace(/[^\x20-\x7e]/g, unicodeEscape),
  unicode: (text) => text.replace(/./gs, unicodeEscape),
  url: (text) => encodeURIComponent(text),
  'url in url': (text) => encodeURIComponent(encodeURIComponent(text)),
  'lower-case url': (text) => encodeURIComponent(text).replace(/%[\dA-F]{2}/g, (found) => found.toLowerCase()),
  form: (text) => String(new URLSearchParams({ text })),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 in lines': (text) =>
    Buffer.from(text)
      .toString('base64')
      .replace(/.{8}/g, (found) => `${found}\n`),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  'basic authorisation': (text) => Buffer.from(`ada:${text}`).toString('base64'),
  'token payload': (text) => Buffer.from(JSON.stringify({ key: text })).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'HEX with spaces': (text) =>
    [...Buffer.from(text)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' '),
  bytes: (text) => JSON.stringify(Buffer.from(text)),
  html: (text) =>
    text.replace(/[&<>"']/g, (found) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[found] ?? '&#39;'),
  'numeric html': (text) => text.replace(/[^a-z]/giu, (found) => `&#x${found.codePointAt(0)?.toString(16)};`),
  shell: (text) => `'${text.replaceAll("'", `'\\''`)}'`,
  'in lines': (text) => text.replace(/.{3}/gsu, (found) => `${found}\n`),
  'in lines of a shell': (text) => text.replace(/.{3}/gsu, (found) => `${found}\\\n`),
  characters: (text) => JSON.stringify([...text]),
  concatenation: (text) => `'${text.slice(0, 5)}' + '${text.slice(5)}'`,
};

const unicodeEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
