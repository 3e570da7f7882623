import { formatInstant, formatTime } from "@/lib/client/format";

/** An instant, to the minute or (`isExact`) the second, in UTC; the machine-readable one has it in full. */
export function Time({ value, isExact }: { value: string; isExact?: true }) {
  return (
    <time dateTime={value} className="whitespace-nowrap tabular-nums">
      {isExact ? formatInstant(value) : formatTime(value)}
    </time>
  );
}
