// Runs workflows/every-component.yaml against a server that stands in for the web and for a chat model.
import assert from 'node:assert';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { runFlow } from 'stepflow-aws';

const server = createServer(({ method, url }, response) => {
  const chat = { model: 'm', choices: [{ finish_reason: 'stop', message: { content: 'Hi' } }], usage: null };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(url.endsWith('/chat/completions') ? chat : { method }));
});
await once(server.listen(0, '127.0.0.1'), 'listening');

const input = {
  server: `http://127.0.0.1:${server.address().port}`,
  items: Array.from({ length: 101 }, (_, at) => at),
  double: { steps: [], output: { $input: 'n' } },
  countdown: { steps: [], output: { result: { $input: 'n' } } },
};
const answers = { approved: ['approve'], called: ['callback', '--value', '{"parcel": "P-17"}'] };
const onEvent = (event) => {
  if (event.type !== 'step-waiting') return;
  const [command, ...options] = answers[event.step];
  execFileSync('npx', ['stepflow', command, event.question.execution, event.step, ...options]);
};
const { result, diagnostics } = await runFlow({ file: 'workflows/every-component.yaml', input, onEvent });
assert.deepEqual({ result, diagnostics: diagnostics.filter(({ severity }) => severity === 'error') }, {
  diagnostics: [],
  result: {
    outcome: 'success',
    result: {
      extract: 'kept',
      several: 'kept',
      gather: ['kept', 2],
      carried: ['kept', 3],
      packed: ['kept', 4],
      slept: 'kept',
      cached: 'kept',
      json: [{ a: '1' }],
      yaml: [{ a: '1' }],
      csv: [{ a: '1' }],
      page: 200,
      fetched: 'GET',
      posted: 'POST',
      both: 'GET Hi',
      chat: 'Hi',
      eval: 21,
      iterate: 3,
      mapped: 101,
      failing: 'failed',
      approved: true,
      called: 'P-17',
    },
  },
});
server.close();
server.closeAllConnections();
