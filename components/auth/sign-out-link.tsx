"use client";

import { LogOut } from "lucide-react";
import { type MouseEvent, useState } from "react";
import { buttonLook } from "@/components/ui/button";
import { signOut } from "@/lib/client/session";
import { signInPath, signOutPath } from "@/lib/paths";

/** Signs out at once. The page it links to asks first: it takes over where scripts do not run yet, or where signing out fails. */
export function SignOutLink() {
  const [isBusy, setIsBusy] = useState(false);
  const leave = async (event: MouseEvent) => {
    event.preventDefault();
    setIsBusy(true);
    window.location.assign((await signOut()) ? signInPath() : signOutPath);
  };
  return (
    <a href={signOutPath} onClick={leave} aria-busy={isBusy} className={buttonLook({ tone: "ghost" })}>
      <LogOut aria-hidden="true" className="size-4" />
      <span className="max-sm:sr-only">{isBusy ? "Signing out…" : "Sign out"}</span>
    </a>
  );
}
