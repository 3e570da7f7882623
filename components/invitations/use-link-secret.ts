"use client";

import { useEffect, useState } from "react";

// Outside of the page, because it is gone from the address bar by the time a second look is taken.
let taken: string | null = null;

function take(): string | null {
  const secret = window.location.hash.slice(1);
  if (secret !== "") {
    taken = secret;
    window.history.replaceState(window.history.state, "", window.location.pathname);
  }
  return taken;
}

/**
 * The secret of the invitation's link that this page was opened by, taken out of the address bar and kept in memory alone. Undefined
 * until that was looked for, null where the page came without one.
 */
export function useLinkSecret(): string | null | undefined {
  const [secret, setSecret] = useState<string | null>();
  useEffect(() => {
    // Another link may be opened in the same tab.
    const read = () => setSecret(take());
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, []);
  return secret;
}
