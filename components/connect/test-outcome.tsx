import Link from "next/link";
import { refusalWords } from "@/components/calls/words";
import { Alert } from "@/components/ui/alert";
import { type Fact, FactList } from "@/components/ui/fact-list";
import { formatMs } from "@/components/usage/labels";
import { formatCount, formatMoney } from "@/lib/client/format";
import type { TrialOutcome } from "@/lib/keys/queries";
import { ownCallsPath } from "@/lib/paths";

function factsOf(outcome: TrialOutcome): Fact[] {
  const { costUsd, latencyMs, promptTokens, completionTokens, provider, remainingUsd, ownKey } = outcome;
  const tokens =
    promptTokens === null || completionTokens === null
      ? "Not told"
      : `${formatCount(promptTokens)} + ${formatCount(completionTokens)}`;
  return [
    {
      term: "Cost",
      value: costUsd === null ? "Not told" : formatMoney(costUsd),
      ...(costUsd === null ? {} : { note: `${costUsd} USD` }),
    },
    { term: "Latency", value: formatMs(latencyMs), note: "as this browser saw it" },
    { term: "Tokens", value: tokens, note: "prompt + completion" },
    { term: "Served by", value: provider ?? "Not told" },
    // A key that is made for the call has a budget of its own, which tells nothing about what is left for others.
    ...(remainingUsd === null || ownKey
      ? []
      : [{ term: "Left after it", value: formatMoney(remainingUsd), note: "of the budget that binds" }]),
  ];
}

const keyWords = {
  deleted: "The key of this call is deleted again.",
  left: "The key of this call could not be deleted; it ends by itself within 15 minutes.",
};

/** What a call gave: the answer with its price, or the refusal with its reason. */
export function TestOutcome({ outcome, model }: { outcome: TrialOutcome; model: string }) {
  const { isOk, status, code, text, requestId, ownKey } = outcome;
  return (
    <section aria-label="Outcome" className="space-y-3 border-t border-line px-4 py-4 text-sm">
      {isOk ? (
        <>
          <h3 className="text-xs text-muted">{model} answered</h3>
          <blockquote className="rounded-md bg-sunken px-3 py-2.5 break-words whitespace-pre-wrap">
            {text || "Nothing in words: its tokens went into thinking, or into something else than text."}
          </blockquote>
        </>
      ) : (
        <Alert tone="danger">
          <span className="font-medium">{refusalWords[code ?? ""] ?? "The call failed"}</span>
          {status === null ? "" : ` (${status} ${code})`}: {text}
        </Alert>
      )}
      {isOk ? <FactList facts={factsOf(outcome)} className="px-0 py-0" /> : null}
      <p className="text-xs text-muted">
        {ownKey ? keyWords[ownKey] : null}{" "}
        {isOk && requestId ? (
          <Link href={`${ownCallsPath}?${new URLSearchParams({ q: requestId })}`} className="text-accent underline">
            This call among yours
          </Link>
        ) : null}
      </p>
    </section>
  );
}
