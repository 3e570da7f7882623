"use client";

import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/layout/query-panel";
import { Badge } from "@/components/ui/badge";
import { Empty } from "@/components/ui/empty";
import { formatQuantity } from "@/lib/client/format";
import { type Provider, providersQuery } from "@/lib/providers/queries";

const refreshMs = 30_000;
const readAtMost = 200;
const shownAtMost = 8;

function KeyState({ provider }: { provider: Provider }) {
  if (!provider.enabled) return <Badge>Switched off</Badge>;
  return provider.has_api_key ? <Badge tone="ok">Key stored</Badge> : <Badge tone="warn">No key</Badge>;
}

function ProviderLine({ provider }: { provider: Provider }) {
  return (
    <li className="flex items-center justify-between gap-3 px-4 py-2 text-sm">
      <div className="min-w-0">
        <p className="font-medium break-words">{provider.display_name ?? provider.name}</p>
        <p className="truncate text-xs text-muted">{new URL(provider.base_url).host}</p>
      </div>
      <KeyState provider={provider} />
    </li>
  );
}

/** Those that can be called stand first. */
function inOrder(providers: readonly Provider[]): Provider[] {
  const rank = (provider: Provider) => Number(!provider.enabled) * 2 + Number(!provider.has_api_key);
  return [...providers].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** Which providers can be called, and which still need a key. */
export function ProvidersPanel() {
  const query = useQuery({ ...providersQuery({ limit: readAtMost }), refetchInterval: refreshMs });
  const withKey = query.data?.data.filter((provider) => provider.has_api_key).length ?? 0;
  return (
    <QueryPanel
      title="Providers"
      hint={query.data ? `${withKey} of ${query.data.data.length} with a key` : undefined}
      query={query}
      lines={4}
      isEmpty={(page) => page.data.length === 0}
      empty={
        <Empty title="No providers">
          Add one with <code className="font-mono">POST /api/v1/providers</code>.
        </Empty>
      }
    >
      {(page) => (
        <>
          <ul className="divide-y divide-line">
            {inOrder(page.data)
              .slice(0, shownAtMost)
              .map((provider) => (
                <ProviderLine key={provider.id} provider={provider} />
              ))}
          </ul>
          {page.data.length > shownAtMost ? (
            <p className="border-t border-line px-4 py-2 text-xs text-muted">
              {formatQuantity(page.data.length - shownAtMost, "more provider")}
            </p>
          ) : null}
        </>
      )}
    </QueryPanel>
  );
}
