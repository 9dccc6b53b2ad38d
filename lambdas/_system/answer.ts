/** An answer with a body of JSON. */
export const answer = (statusCode: number, body: object, headers: { [name: string]: string } = {}) => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
