/** What references of other languages look like, wherever they stand in a text, or as all of it. */
const FOREIGN = [
  // GitHub Actions, Jinja, Handlebars: ${{ steps.a.outputs.b }}, {{ name }}
  /\{\{[^{}]*\}\}/,
  // Shells and templates of JavaScript: ${input.text}
  /\$\{\s*(?:inputs?|steps?|variables?|workflow|context)\b[^{}]*\}/,
  // Step Functions in JSONata: {% $states.input.text %}
  /^\s*\{%[\s\S]*%\}\s*$/,
  // JSONPath, and our own keys written as paths: $.input.text, $step.load.id, $input.text
  /^\s*\$(?:\.(?:inputs?|steps?|outputs?|variables?|workflow|context)[.[]|(?:inputs?|steps?|variables?)(?:[.[]|\s*$))/,
];

/** Whether a text looks like a reference of another language, which here is plain text. */
export const looksLikeReference = (text: string): boolean =>
  // Most texts have neither: the patterns are not needed for them.
  (text.includes('$') || text.includes('{')) && FOREIGN.some((pattern) => pattern.test(text));
