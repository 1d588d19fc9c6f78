import { getJson, withQuery } from './client.ts';

// Pages one view reads at most; beyond that it says that there is more.
export const maxPages = 20;

export interface Collected<T> {
  rows: T[];
  complete: boolean;
}

// Every row of a paged list, up to maxPages pages.
export async function collect<Page extends { nextPageToken: string }, Row>(
  path: string,
  query: Record<string, string | number | boolean>,
  rowsOf: (page: Page) => Row[] | undefined,
  signal?: AbortSignal,
): Promise<Collected<Row>> {
  const rows: Row[] = [];
  let pageToken = '';
  for (let page = 0; page < maxPages; ++page) {
    const answer = await getJson<Page>(withQuery(path, { ...query, pageToken }), signal);
    rows.push(...(rowsOf(answer) ?? []));
    pageToken = answer.nextPageToken ?? '';
    if (pageToken === '') return { rows, complete: true };
  }
  return { rows, complete: false };
}
