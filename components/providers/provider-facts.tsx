import Link from "next/link";
import type { ReactNode } from "react";
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
/** A figure of how calls went; null where there is nothing to say. */
type Figure = (traffic: ProviderTraffic) => ReactNode;

/** Within what time half, and 95 of a hundred, came to their end, or to their first token. */
function pairOf(half: number | null, most: number | null): ReactNode {
  if (half === null || most === null) return null;
  return (
    <>
      {formatMs(half)} <span className="text-muted">/</span> {formatMs(most)}
    </>
  );
}

function showFailed(traffic: ProviderTraffic): ReactNode {
  const failed = failedOf(traffic);
  return failed ? <span className={inks[failed.tone]}>{failed.text}</span> : null;
}

const figures = {
  calls: ({ requests }) => formatCount(requests),
  failed: showFailed,
  latency: ({ p50_ms, p95_ms }) => pairOf(p50_ms, p95_ms),
  first_token: ({ first_token_p50_ms, first_token_p95_ms }) => pairOf(first_token_p50_ms, first_token_p95_ms),
} satisfies Record<string, Figure>;
export type FigureName = keyof typeof figures;

interface ShownFigure {
  of: Provider;
  figure: FigureName;
}

function read({ of, figure }: ShownFigure, span: Span): ReactNode {
  const traffic = of.figures?.[span];
  return traffic ? figures[figure](traffic) : null;
}

export function OfDay(shown: ShownFigure) {
  return <span className="whitespace-nowrap">{read(shown, "day") ?? none}</span>;
}

/** The same of the last hour, below that of the day; nothing where nobody called. */
export function OfHour(shown: ShownFigure) {
  const value = shown.of.figures?.hour?.requests ? read(shown, "hour") : null;
  return value === null ? null : <span className="sm:whitespace-nowrap">last hour {value}</span>;
}
