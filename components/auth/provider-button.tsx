"use client";

import { LoaderCircle, LogIn } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { useHydrated } from "@/components/ui/use-hydrated";
import { startSignIn } from "@/lib/client/session";
import { localPath } from "@/lib/paths";

interface ProviderButtonProps {
  /** Where to go afterwards, as the address bar has it: anybody may have written it. */
  returnTo: string | null;
  isDevelopment: boolean;
}

/** To the identity provider, which sends the browser back signed in. */
export function ProviderButton({ returnTo, isDevelopment }: ProviderButtonProps) {
  const [isBusy, setIsBusy] = useState(false);
  const isReady = useHydrated() && !isBusy;

  async function start() {
    setIsBusy(true);
    window.location.assign(await startSignIn(localPath(returnTo, window.location.origin)));
  }

  return (
    <div className="space-y-2">
      <Button tone="primary" size="md" className="w-full" onClick={start} disabled={!isReady}>
        {isBusy ? (
          <LoaderCircle aria-hidden="true" className="size-4 animate-spin" />
        ) : (
          <LogIn aria-hidden="true" className="size-4" />
        )}
        {isDevelopment ? "Development sign-in" : "Sign in with Dex"}
      </Button>
      {isDevelopment ? (
        <p className="text-xs text-muted">
          Four example people, without passwords, on this machine alone. It goes when a Dex is connected.
        </p>
      ) : null}
    </div>
  );
}
