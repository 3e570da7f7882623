import { classNames } from "@/components/ui/class-names";

/** The product's sign and name. */
export function Wordmark({ className }: { className?: string }) {
  return (
    <span className={classNames("inline-flex items-center gap-2 text-lg font-semibold tracking-tight", className)}>
      <svg viewBox="0 0 32 32" aria-hidden="true" className="size-6">
        <rect width="32" height="32" rx="7" className="fill-accent" />
        <path
          d="M10 25V8h7.2a5.6 5.6 0 0 1 0 11.2H10"
          fill="none"
          strokeWidth="3.2"
          strokeLinecap="round"
          strokeLinejoin="round"
          className="stroke-on-accent"
        />
        <circle cx="24" cy="24.5" r="2.2" className="fill-on-accent" />
      </svg>
      pLLM
    </span>
  );
}
