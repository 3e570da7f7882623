import type { ReactNode } from "react";
import { SignedIn } from "../signed-in";

/** The frame of the admin's pages. Who may see what is decided at each call of the API; a page says so where it shows nothing. */
export default function ConsoleLayout({ children }: { children: ReactNode }) {
  return <SignedIn>{children}</SignedIn>;
}
