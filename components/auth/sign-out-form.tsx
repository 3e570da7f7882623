"use client";

import { type FormEvent, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { useHydrated } from "@/components/ui/use-hydrated";
import { signOut } from "@/lib/client/session";
import { signInPath } from "@/lib/paths";
import { describeProblem } from "./problems";

/** Asks once more, for whoever came here by a link. */
export function SignOutForm() {
  const [hasFailed, setHasFailed] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const isReady = useHydrated() && !isBusy;

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setIsBusy(true);
    if (await signOut()) return window.location.assign(signInPath());
    setHasFailed(true);
    setIsBusy(false);
  }

  return (
    <form onSubmit={submit} className="space-y-4">
      {hasFailed ? <Alert tone="danger">{describeProblem("unreachable")}</Alert> : null}
      <Button type="submit" tone="primary" size="md" className="w-full" disabled={!isReady}>
        {isBusy ? "Signing out…" : "Sign out"}
      </Button>
    </form>
  );
}
