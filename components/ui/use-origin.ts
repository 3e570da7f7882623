"use client";

import { useHydrated } from "./use-hydrated";

/** This server as the browser reached it; empty while the page is made on the server. */
export function useOrigin(): string {
  return useHydrated() ? window.location.origin : "";
}
