import type { Column } from "@/components/table/columns";
import { Time } from "@/components/ui/time";
import type { Webhook } from "@/lib/webhooks/queries";
import { Delivered, Events, LastDelivery, WebhookState } from "./webhook-facts";
import { placeOf } from "./words";

function noteOf({ description, source }: Webhook) {
  return source === "environment" ? "Set by BUDGET_ALERT_WEBHOOK" : description;
}

export const webhookColumns: readonly Column<Webhook>[] = [
  {
    header: "Endpoint",
    className: "sm:max-w-80",
    cell: ({ url }) => (
      <span title={url} className="block font-medium max-sm:break-all sm:truncate">
        {placeOf(url)}
      </span>
    ),
    note: (webhook) => <span className="block sm:truncate">{noteOf(webhook)}</span>,
  },
  { header: "State", cell: (webhook) => <WebhookState of={webhook} /> },
  { header: "Events", cell: (webhook) => <Events {...webhook} />, priority: "wide" },
  { header: "Last delivery", cell: (webhook) => <LastDelivery {...webhook} /> },
  { header: "Delivered, 7 days", numeric: true, cell: (webhook) => <Delivered {...webhook} /> },
  {
    header: "Made",
    sort: "created_at",
    sortsDown: true,
    cell: ({ created_at }) => <Time value={created_at} />,
    priority: "widest",
  },
];
