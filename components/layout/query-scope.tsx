"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { createQueryClient } from "@/lib/client/query-kit";
import { signInPath } from "@/lib/paths";

function leaveForSignIn(): void {
  const { pathname, search } = window.location;
  window.location.assign(signInPath({ returnTo: `${pathname}${search}`, reason: "SessionRequired" }));
}

/** Gives the views below it one cache; when the server no longer knows who asks, the sign-in page takes over. */
export function QueryScope({ children }: { children: ReactNode }) {
  const [client] = useState(() => createQueryClient(leaveForSignIn));
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
