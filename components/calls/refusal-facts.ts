/** The numbers behind a refusal, from the facts that the caller was given. Pure. */
import { formatCount, formatMoney, formatTime } from "@/lib/client/format";
import { usdPattern } from "@/lib/money";

interface RefusalFact {
  term: string;
  value: string;
}

const amounts = { limit_usd: "Limit", spent_usd: "spent", held_usd: "held", estimate_usd: "this call up to" };

function partOf(details: Record<string, unknown>, name: string): Record<string, unknown> {
  const part = details[name];
  return typeof part === "object" && part !== null ? (part as Record<string, unknown>) : {};
}

const limitKinds: Record<string, string> = {
  requests: "requests per minute",
  tokens: "tokens per minute",
  parallel: "calls at once",
};

/** What is there to tell, in the order in which it is read; nothing where the refusal had no numbers. */
export function factsOf(details: Record<string, unknown> | null): RefusalFact[] {
  if (!details) return [];
  const money = Object.entries(amounts).flatMap(([name, term]) => {
    const usd = details[name];
    return typeof usd === "string" && usdPattern.test(usd) ? [{ term, value: formatMoney(usd) }] : [];
  });
  const { kind, value } = partOf(details, "limit");
  const limit =
    typeof value === "number"
      ? [{ term: "Limit", value: `${formatCount(value)} ${limitKinds[String(kind)] ?? String(kind)}` }]
      : [];
  const resets = details.resets_at;
  const reset =
    typeof resets === "string" && !Number.isNaN(Date.parse(resets))
      ? [{ term: "resets", value: formatTime(resets) }]
      : [];
  return [...money, ...limit, ...reset];
}
