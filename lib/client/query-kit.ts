/**
 * The one query kit: how reads are named, cached, repeated, and what happens when a session has ended. Each domain's
 * queries.ts makes its keys and its queries with this.
 */
import { QueryCache, QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { ApiError } from "./api-error";
import { callApi } from "./fetch";

export interface QueryKeys {
  all: readonly [string];
  list(filter?: object): readonly unknown[];
  detail(id: string): readonly unknown[];
  /** Any other view of the domain, e.g. a summary. */
  view(name: string, filter?: object): readonly unknown[];
}

/** The cache keys of one domain: what a change of it makes stale starts with `all`. */
export function createKeys(domain: string): QueryKeys {
  return {
    all: [domain],
    list: (filter = {}) => [domain, "list", filter],
    detail: (id) => [domain, "detail", id],
    view: (name, filter = {}) => [domain, name, filter],
  };
}

const attempts = 3;
const staleAfterMs = 10_000;
// A browser that calls itself offline may well reach a server on its own machine, and one that cannot is to be told so.
const networkMode = "always";

/** A client whose reads are tried again only where that can help; `onSignedOut` is called when the server no longer knows who asks. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (error instanceof ApiError && error.code === "unauthenticated") onSignedOut();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: staleAfterMs,
        retry: (failures, error) => error instanceof ApiError && error.isTransient && failures < attempts - 1,
        throwOnError: false,
        networkMode,
        // A page that reads only `data` may hand the query on to a panel that is not there yet, and must hear of its error for it.
        notifyOnChangeProps: "all",
      },
      mutations: { retry: false, networkMode },
    },
  });
}

/** After something was deleted: everything is read again but what is about itself, which a page may show until one has left it. */
export function refreshWithout(client: QueryClient, id: string): void {
  void client.invalidateQueries({ predicate: ({ queryKey }) => !JSON.stringify(queryKey).includes(id) });
}

/** For what a change makes stale: everything that was read of these domains is read again. */
export function useRefreshOf(...domains: readonly string[]): () => void {
  const client = useQueryClient();
  return () => void Promise.all(domains.map((domain) => client.invalidateQueries({ queryKey: [domain] })));
}

interface UpdateOptions<Stored> {
  /** Of what is changed, as it was read. */
  queryKey: readonly unknown[];
  onSuccess: (stored: Stored) => void;
  /** How long the cache keeps what was sent, in ms. */
  gcTime?: number;
}

/**
 * A change of what was read at `version`. Where that is not the newest it is refused, and what is stored now is read: that is what the
 * visitor decides on.
 */
export function useUpdate<Stored, Change>(path: string, { queryKey, ...options }: UpdateOptions<Stored>) {
  const client = useQueryClient();
  return useMutation<Stored, ApiError, { change: Change; version: number }>({
    ...options,
    mutationFn: ({ change, version }) => callApi("PATCH", path, { body: change, ifVersion: version }),
    onError: ({ code }) => code === "precondition_failed" && client.invalidateQueries({ queryKey }),
  });
}
