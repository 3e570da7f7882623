import type { ReactNode } from "react";
import { SignedIn } from "../signed-in";

/** The frame of the pages that are everybody's own. */
export default function PortalLayout({ children }: { children: ReactNode }) {
  return <SignedIn>{children}</SignedIn>;
}
