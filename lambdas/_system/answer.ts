/** An answer with a body that is JSON text. */
export const textAnswer = (statusCode: number, body: string, headers: { [name: string]: string } = {}) => ({
  statusCode,
  headers: { 'content-type': 'application/json', ...headers },
  body,
});

/** An answer with a body of JSON. */
export const answer = (statusCode: number, body: object, headers?: { [name: string]: string }) =>
  textAnswer(statusCode, JSON.stringify(body), headers);
