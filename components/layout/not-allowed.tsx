import { Lock } from "lucide-react";

/** What stands where the visitor's role shows nothing. */
export function NotAllowed() {
  return (
    <p className="flex items-start gap-2 px-4 py-5 text-sm text-muted">
      <Lock aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      Your role does not show you this. An administrator can change that.
    </p>
  );
}
