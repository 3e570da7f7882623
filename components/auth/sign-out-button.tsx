"use client";

import { LogOut } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { signOut } from "@/lib/client/session";
import { signInPath, signOutPath } from "@/lib/paths";

/** Signs out at once; where that fails, the page that can say so takes over. */
export function SignOutButton() {
  const [isBusy, setIsBusy] = useState(false);
  const leave = async () => {
    setIsBusy(true);
    window.location.assign((await signOut()) ? signInPath() : signOutPath);
  };
  return (
    <Button tone="ghost" onClick={leave} disabled={isBusy}>
      <LogOut aria-hidden="true" className="size-4" />
      <span className="max-sm:sr-only">{isBusy ? "Signing out…" : "Sign out"}</span>
    </Button>
  );
}
