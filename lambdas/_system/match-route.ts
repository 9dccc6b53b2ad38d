import { Problem } from '../../lib/executions/problem.ts';
import type { ApiEvent } from './request.ts';
import { IN_FOLDERS, ROUTE_NAMES, ROUTES, type RouteName } from './routes.ts';
import type { ApiCode } from './status.ts';

/** The route of a request, with the variables of its path. */
export interface MatchedRoute {
  readonly route: RouteName;
  readonly name: string;
  readonly id: string;
  readonly step: string;
}

/**
 * Finds the route of a request. Names of flows may have slashes, so a path may be read in several ways: the one that names a flow
 * is meant, or else the first. @throws Problem where there is none
 */
export function matchRoute({ routeKey, pathParameters }: ApiEvent, isFlow: (name: string) => boolean): MatchedRoute {
  // Without variables they are absent, or null.
  const variables = pathParameters ?? {};
  const [method = '', template = ''] = routeKey.split(' ');
  const path = template.replaceAll(/\{(\w+)\+?\}/g, (_, key: string) => variables[key] ?? '');
  const { name = '', id = '', step = '' } = variables;
  const matches = ROUTE_NAMES.filter((route) => ROUTES[route].method === method).flatMap((route) => {
    if (ROUTES[route].path === template) return [{ route, name, id, step }];
    const found = patternOf(ROUTES[route].path).exec(path)?.groups;
    return found ? [{ route, name: found.name ?? '', id: found.id ?? '', step: found.step ?? '' }] : [];
  });
  // As API Gateway has read it.
  const own = matches.filter(({ route }) => ROUTES[route].path === template);
  const found = [...own, ...matches].find((match) => isFlow(match.name)) ?? own[0] ?? matches[0];
  if (found) return found;
  const asked = template === IN_FOLDERS ? path : routeKey;
  throw new Problem<ApiCode>('ROUTE_NOT_FOUND', `There is no route "${asked}"`);
}

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${path.replace('{name}', '(?<name>.+)').replace('{id}', '(?<id>[^/]+)').replace('{step}', '(?<step>[^/]+)')}$`,
    's',
  );
