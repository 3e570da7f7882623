"use client";

import { Wordmark } from "@/components/layout/wordmark";
import { Button } from "@/components/ui/button";

interface ErrorPageProps {
  error: Error & { digest?: string };
  reset: () => void;
}

/** Shown where a page could not be made; the digest is what the server's log has too. */
export default function ErrorPage({ error, reset }: ErrorPageProps) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-sm flex-col items-start gap-4 px-4 pt-[18vh]">
      <Wordmark />
      <h1 className="text-xl font-semibold">This page could not be shown</h1>
      <p className="text-muted">
        Something went wrong on our side. {error.digest ? `The log has it as ${error.digest}.` : ""}
      </p>
      <Button tone="primary" size="md" onClick={reset}>
        Try again
      </Button>
    </main>
  );
}
