import { Alert } from "@/components/ui/alert";
import { formatMs } from "@/components/usage/labels";
import type { ApiError } from "@/lib/client/api-error";
import { formatQuantity } from "@/lib/client/format";
import type { ConnectionReport } from "@/lib/providers/schema";

interface ConnectionResultProps {
  report: ConnectionReport | undefined;
  /** Why it was not even tried. */
  error: ApiError | null;
  /** What was tried it with, where that is a question. */
  by?: string | undefined;
}

function found({ models_found }: ConnectionReport): string {
  return models_found === null ? "The connection works" : `It lists ${formatQuantity(models_found, "model")}`;
}

/** What a provider answered to a test, and how fast. */
export function ConnectionResult({ report, error, by }: ConnectionResultProps) {
  if (error) return <Alert tone="danger">{error.message}</Alert>;
  if (!report) return null;
  const took = formatMs(report.latency_ms);
  return (
    <Alert tone={report.ok ? "ok" : "danger"}>
      {report.ok ? `${found(report)}.` : report.error}
      <span className="block text-xs">
        {report.status === null ? `No answer, given up after ${took}` : `Status ${report.status} after ${took}`}
        {by ? `, with ${by}` : ""}
      </span>
    </Alert>
  );
}
