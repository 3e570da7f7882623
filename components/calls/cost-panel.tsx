import { Card } from "@/components/ui/card";
import { StackedTable } from "@/components/ui/stacked-table";
import { formatCount, formatMoney, formatTime } from "@/lib/client/format";
import type { UsageCallDetail } from "@/lib/usage/queries";
import { costWords } from "./words";

const buckets = { input: "Input", cached_input: "Input from cache", cache_write: "Written to cache", output: "Output" };

const columns = [
  { header: "Bucket" },
  { header: "Tokens", numeric: true },
  { header: "USD per million", numeric: true },
  { header: "Cost (USD)", numeric: true },
] as const;

function priceWords({ price, cost_source }: UsageCallDetail): string {
  if (price) return `Price version ${price.id}, from ${price.source}, in force since ${formatTime(price.valid_from)}.`;
  if (cost_source === "hold") return "Without a count of tokens, the whole held amount was booked.";
  return "No price is kept for this call.";
}

/** What the call cost, bucket by bucket, at which price. */
export function CostPanel({ call }: { call: UsageCallDetail }) {
  return (
    <Card title="Cost" hint={`USD, ${costWords[call.cost_source]}`}>
      {call.cost_parts.length > 0 ? (
        <StackedTable
          label="Cost by bucket"
          columns={columns}
          rows={call.cost_parts.map((part) => ({
            key: part.bucket,
            cells: [buckets[part.bucket], formatCount(part.tokens), part.per_mtok_usd, part.cost_usd],
          }))}
        />
      ) : null}
      <div className="space-y-1 border-t border-line px-4 py-3 text-sm first:border-t-0">
        <p>
          <span className="font-semibold tabular-nums">{formatMoney(call.cost_usd)}</span>{" "}
          <span className="text-muted tabular-nums">
            = {call.cost_usd} USD. Before the call, {call.estimate_usd} USD was held for it.
          </span>
        </p>
        <p className="text-xs break-words text-muted">{priceWords(call)} Parts are exact; their sum is rounded once.</p>
      </div>
    </Card>
  );
}
