"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { QueryPanel } from "@/components/layout/query-panel";
import { Badge } from "@/components/ui/badge";
import { Empty } from "@/components/ui/empty";
import { formatQuantity } from "@/lib/client/format";
import { providerPath, providersPath } from "@/lib/paths";
import { type Provider, providersQuery } from "@/lib/providers/queries";
import { ProviderState, Rest } from "./provider-facts";

const refreshMs = 30_000;
const readAtMost = 200;
const shownAtMost = 8;

const isResting = ({ enabled, figures }: Provider) => enabled && (figures?.credentials.resting ?? 0) > 0;

function KeyState({ provider }: { provider: Provider }) {
  if (isResting(provider)) return <ProviderState {...provider} />;
  if (!provider.enabled) return <Badge>Switched off</Badge>;
  return provider.has_api_key ? <Badge tone="ok">Key stored</Badge> : <Badge tone="warn">No key</Badge>;
}

function ProviderLine({ provider }: { provider: Provider }) {
  return (
    <li className="flex items-center justify-between gap-3 px-4 py-2 text-sm">
      <div className="min-w-0">
        <Link href={providerPath(provider.id)} className="font-medium break-words hover:underline">
          {provider.display_name ?? provider.name}
        </Link>
        {isResting(provider) ? (
          <p className="text-xs">
            <Rest {...provider} />
          </p>
        ) : (
          <p className="truncate text-xs text-muted">{new URL(provider.base_url).host}</p>
        )}
      </div>
      <KeyState provider={provider} />
    </li>
  );
}

/** Those that something is wrong with stand first, then those that can be called. */
function inOrder(providers: readonly Provider[]): Provider[] {
  const rank = (provider: Provider) =>
    Number(!isResting(provider)) * 4 + Number(!provider.enabled) * 2 + Number(!provider.has_api_key);
  return [...providers].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** Which providers can be called, which have keys that rest, and which still need a key. */
export function ProvidersPanel() {
  const query = useQuery({ ...providersQuery({ limit: readAtMost }), refetchInterval: refreshMs });
  const withKey = query.data?.data.filter((provider) => provider.has_api_key).length ?? 0;
  return (
    <QueryPanel
      title="Providers"
      hint={query.data ? `${withKey} of ${query.data.data.length} with a key` : undefined}
      query={query}
      lines={4}
      action={
        <Link href={providersPath} className="text-xs text-accent underline">
          All providers
        </Link>
      }
      isEmpty={(page) => page.data.length === 0}
      empty={
        <Empty title="No providers">
          Add one{" "}
          <Link href={providersPath} className="text-accent underline">
            on their page
          </Link>
          .
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
