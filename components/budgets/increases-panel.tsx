import { Card } from "@/components/ui/card";
import { Empty } from "@/components/ui/empty";
import { StackedTable } from "@/components/ui/stacked-table";
import { Time } from "@/components/ui/time";
import type { Budget } from "@/lib/budgets/queries";
import { formatMoney } from "@/lib/client/format";

/** What of a budget's limit is temporary, and until when. */
export function IncreasesPanel({ budget }: { budget: Budget }) {
  return (
    <Card title="Increases in force" hint={`On top of ${formatMoney(budget.limit_usd)}; each ends by itself`}>
      {budget.increases.length === 0 ? (
        <Empty title="No increase is running">Approving a request for more makes one.</Empty>
      ) : (
        <StackedTable
          label="Increases in force"
          columns={[{ header: "More" }, { header: "Since" }, { header: "Until" }]}
          rows={budget.increases.map((increase) => ({
            key: increase.id,
            cells: [
              formatMoney(increase.amount_usd),
              <Time key="since" value={increase.starts_at} />,
              <Time key="until" value={increase.ends_at} />,
            ],
          }))}
        />
      )}
    </Card>
  );
}
