import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { formatMs } from "@/components/usage/labels";
import { formatCount } from "@/lib/client/format";
import { modelsPath } from "@/lib/paths";
import type { Provider, ProviderTraffic } from "@/lib/providers/queries";
import { failedOf, keysText, restText, stateOf, type Tone } from "./provider-words";

const none = <span className="text-muted">–</span>;
const inks: Record<Tone, string> = { ok: "text-ok", warn: "text-warn", danger: "text-danger", neutral: "" };

export function ProviderState(provider: Pick<Provider, "enabled" | "figures">) {
  const { tone, text } = stateOf(provider);
  return <Badge tone={tone}>{text}</Badge>;
}

export function Keys({ figures }: Pick<Provider, "figures">) {
  return figures ? <span className="whitespace-nowrap">{keysText(figures.credentials)}</span> : none;
}

/** Which key rests, until when and why. */
export function Rest({ figures }: Pick<Provider, "figures">) {
  const text = figures ? restText(figures.credentials) : null;
  return text ? <span className="block text-warn sm:max-w-48">{text}</span> : null;
}

export function Models({ figures }: Pick<Provider, "figures">) {
  if (!figures) return none;
  const { known, enabled } = figures.models;
  return known === enabled ? formatCount(known) : `${formatCount(enabled)} of ${formatCount(known)} on`;
}

/** Those that nobody has a price for, and the way to them. */
export function Unpriced({ id, figures }: Pick<Provider, "id" | "figures">) {
  const count = figures?.models.unpriced ?? 0;
  if (count === 0) return null;
  const query = new URLSearchParams({ provider_id: id, price_known: "false" });
  return (
    <Link href={`${modelsPath}?${query}`} className="relative whitespace-nowrap text-warn underline">
      {formatCount(count)} without a price
    </Link>
  );
}

type Span = "hour" | "day";

function read<T>({ figures }: Pick<Provider, "figures">, span: Span, show: (traffic: ProviderTraffic) => T): T | null {
  const traffic = figures?.[span];
  return traffic ? show(traffic) : null;
}

export function Calls({ of, span }: { of: Provider; span: Span }) {
  return read(of, span, ({ requests }) => formatCount(requests)) ?? none;
}

export function Failed({ of, span }: { of: Provider; span: Span }) {
  const failed = read(of, span, failedOf);
  return failed ? <span className={inks[failed.tone]}>{failed.text}</span> : none;
}

/** Within what time half, and 95 of a hundred, came to their end, or to their first token. */
export function Durations({ of, span, metric }: { of: Provider; span: Span; metric: "latency" | "first_token" }) {
  const pair = read(of, span, (traffic) =>
    metric === "latency"
      ? ([traffic.p50_ms, traffic.p95_ms] as const)
      : ([traffic.first_token_p50_ms, traffic.first_token_p95_ms] as const),
  );
  const [half, most] = pair ?? [null, null];
  if (half === null || most === null) return none;
  return (
    <span className="whitespace-nowrap">
      {formatMs(half)} <span className="text-muted">/</span> {formatMs(most)}
    </span>
  );
}
