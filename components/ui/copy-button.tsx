"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button";
import { useHydrated } from "./use-hydrated";

const shownForMs = 2_000;

interface CopyButtonProps {
  text: string;
  /** What is copied, for whoever does not see what the button stands beside. */
  label: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  const isReady = useHydrated();
  useEffect(() => {
    if (!outcome) return;
    const timer = setTimeout(() => setOutcome(null), shownForMs);
    return () => clearTimeout(timer);
  }, [outcome]);
  // Browsers hand out the clipboard on https and on this machine only.
  const copy = () =>
    navigator.clipboard?.writeText(text).then(
      () => setOutcome("copied"),
      () => setOutcome("failed"),
    ) ?? setOutcome("failed");
  const Icon = outcome === "copied" ? Check : Copy;
  return (
    <>
      <Button onClick={copy} disabled={!isReady} aria-label={`Copy ${label}`}>
        <Icon aria-hidden="true" className="size-4" />
        {outcome === "copied" ? "Copied" : outcome === "failed" ? "Select it by hand" : "Copy"}
      </Button>
      <span role="status" className="sr-only">
        {outcome === "copied" ? "Copied" : outcome === "failed" ? "This browser does not allow copying here" : ""}
      </span>
    </>
  );
}
