import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { type Authorization, openApiDocument } from '../../lambdas/_system/openapi.ts';
import { ROUTE_NAMES, ROUTES } from '../../lambdas/_system/routes.ts';
import { STATUS } from '../../lambdas/_system/status.ts';
import { read, request } from './api-events.ts';
import { EXECUTION, testApi } from './api-services.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document is read at many places
const document: any = openApiDocument('AWS_IAM');

describe('the OpenAPI document', () => {
  it.each<Authorization>(['AWS_IAM', 'JWT', 'CUSTOM', 'NONE'])('of an API with %s is valid', async (authorization) => {
    const { valid, errors } = await new Validator().validate(structuredClone(openApiDocument(authorization)));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  it('has every route under its name, with its variables', () => {
    for (const name of ROUTE_NAMES) {
      const { method, path } = ROUTES[name];
      const { operationId, parameters } = document.paths[path][method.toLowerCase()];
      expect(operationId).toBe(name);
      const inPath = parameters
        .filter((one: { in: string }) => one.in === 'path')
        .map((one: { name: string }) => one.name);
      expect(inPath.map((one: string) => `{${one}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
    }
  });

  it('has the bounds that requests are checked by', () => {
    expect(document.paths['/flows/{name}/executions'].post.parameters[1]).toEqual({
      ...{ name: 'wait', in: 'query', required: false, schema: { type: 'integer', minimum: 0, maximum: 29 } },
    });
  });

  it('describes every problem where the documents of problems refer to', () => {
    expect(Object.keys(document.components.responses)).toEqual(Object.keys(STATUS));
  });

  it('is answered', async () => {
    const { statusCode, body } = read(await testApi().handler(request('GET /openapi.json', {})));
    expect([statusCode, body]).toEqual([200, { openapi: '3.1.0' }]);
  });
});

describe('what is answered', () => {
  const sfn = mockClient(SFNClient);
  const found = {
    executionArn: `${EXECUTION}:a`,
    status: 'SUCCEEDED' as const,
    output: '{"outcome":"success","result":7}',
  };
  sfn.on(StartExecutionCommand).resolves({ executionArn: `${EXECUTION}:a` });
  sfn.on(RedriveExecutionCommand).resolves({});
  sfn.on(SendTaskSuccessCommand).resolves({});
  sfn
    .on(ListExecutionsCommand)
    .resolves({ executions: [{ ...found, name: 'a', stateMachineArn: 'm', startDate: new Date(0) }] });
  sfn
    .on(GetExecutionHistoryCommand)
    .resolves({ events: [{ id: 1, timestamp: new Date(0), type: 'ExecutionStarted' }] });
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema(document, 'api');

  const schemaFor = (path: string, method: string, status: number, type: string) =>
    [`api#/paths`, path, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema']
      .map((part, at) => (at === 0 ? part : encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))))
      .join('/');

  it.each(ROUTE_NAMES)('by %s is as the document says, and so are refusals', async (name) => {
    const { method, path } = ROUTES[name];
    const isAnswer = path.includes('{step}');
    const component = name === 'callBack' ? '/builtin/wait_for_callback' : '/builtin/approval';
    const { handler, asked } = testApi();
    const isAsking = isAnswer || name === 'listWaiting';
    const times = { startDate: new Date(0), stopDate: new Date(5) };
    // Whatever waits, its execution has not ended.
    sfn.on(DescribeExecutionCommand).resolves({ ...found, ...times, ...(isAsking && { status: 'RUNNING' }) });
    if (isAsking) {
      const record = {
        ...{ token: 't', component, execution: `${EXECUTION}:a`, step: 'ask', attempt: 0 },
        reads: ['$'],
      };
      asked.set('waiting/a/asked/one.json', JSON.stringify({ ...record, askedAt: '2026-01-01T00:00:00.000Z' }));
    }
    const good = { ...request(`${method} ${path}`, { name: 'greet', id: 'a', step: 'ask' }), body: '{"id": "ada"}' };
    const bad = { ...good, pathParameters: { name: 'great', id: 'a' } };
    for (const event of path.includes('{name}') ? [good, bad] : [good]) {
      const { statusCode = 0, headers, body } = read(await handler(event));
      const validate = ajv.getSchema(schemaFor(path, method, statusCode, String(headers['content-type'])));
      expect(validate).toBeDefined();
      expect([validate?.(body), validate?.errors]).toEqual([true, null]);
      expect(statusCode < 300).toBe(event === good);
    }
  });
});
