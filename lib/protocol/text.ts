const BYTE_ORDER_MARK = '\ufeff';

/**
 * The text of a file. A byte order mark, which editors and shells on Windows write, names the encoding and is no part of
 * the text; without one it is UTF-8.
 */
export const decodeText = (bytes: Uint8Array): string => new TextDecoder(encodingOf(bytes)).decode(bytes);

/** The name of the encoding of a text that begins with these bytes. */
export function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/** A text that was decoded elsewhere, without its byte order mark. */
export const withoutByteOrderMark = (text: string): string =>
  text.startsWith(BYTE_ORDER_MARK) ? text.slice(BYTE_ORDER_MARK.length) : text;
