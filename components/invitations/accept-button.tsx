"use client";

import { LoaderCircle } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { startSignIn } from "@/lib/client/session";
import { homePath } from "@/lib/paths";

/** To the identity provider; whoever comes back signed in with the invited address has accepted. */
export function AcceptButton() {
  const [isBusy, setIsBusy] = useState(false);
  const start = async () => {
    setIsBusy(true);
    window.location.assign(await startSignIn(homePath));
  };
  return (
    <Button tone="primary" size="md" className="w-full" onClick={start} disabled={isBusy}>
      {isBusy ? <LoaderCircle aria-hidden="true" className="size-4 animate-spin" /> : null}
      Sign in to accept
    </Button>
  );
}
