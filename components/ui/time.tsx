import { formatTime } from "@/lib/client/format";

/** An instant, to the minute, in UTC; the machine-readable one has it in full. */
export function Time({ value }: { value: string }) {
  return (
    <time dateTime={value} className="whitespace-nowrap tabular-nums">
      {formatTime(value)}
    </time>
  );
}
