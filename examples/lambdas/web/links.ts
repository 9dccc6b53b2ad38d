import { component } from 'stepflow-aws/component';
import * as z from 'zod';

const HREF = /<a\s[^>]*href="([^"#]+)/gi;
const TITLE = /<title>([^<]*)<\/title>/i;

export default component(
  {
    description: 'The title of an HTML page and the pages of the same host that it links to, each once.',
    input: z.object({ url: z.url(), html: z.string() }),
    output: z.object({ url: z.string(), title: z.string(), links: z.array(z.string()) }),
  },
  ({ url, html }) => {
    const found = [...html.matchAll(HREF)].map(([, link = '']) => new URL(link, url));
    const links = found.filter(({ host }) => host === new URL(url).host).map(({ href }) => href);
    return { url, title: TITLE.exec(html)?.[1]?.trim() ?? '', links: [...new Set(links)] };
  },
);
