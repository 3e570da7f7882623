import Link from "next/link";
import type { ReactNode } from "react";
import { SignOutLink } from "@/components/auth/sign-out-link";
import type { Theme } from "@/lib/client/theme";
import { homePath } from "@/lib/paths";
import { ThemeToggle } from "./theme-toggle";
import { Wordmark } from "./wordmark";

interface AppFrameProps {
  theme: Theme;
  /** The pages that one may go to. */
  nav: ReactNode;
  /** Who is signed in, at the right edge. */
  identity?: ReactNode;
  children: ReactNode;
}

/** The frame of every page for people who are signed in: name, ways, who one is, content. On a telephone the ways have a line of their own. */
export function AppFrame({ theme, nav, identity, children }: AppFrameProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only z-10 rounded-md bg-surface px-3 py-2 text-sm focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-2 px-4 sm:h-13 sm:flex-nowrap sm:gap-x-6">
          <Link href={homePath} aria-label="pLLM, overview" className="flex rounded-sm py-2.5">
            <Wordmark />
          </Link>
          <div className="order-last min-w-0 pb-1.5 max-sm:basis-full sm:order-none sm:flex-1 sm:pb-0">{nav}</div>
          <div className="flex min-w-0 items-center gap-1 max-sm:ml-auto">
            {identity}
            <ThemeToggle initial={theme} />
            <SignOutLink />
          </div>
        </div>
      </header>
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-6xl flex-1 px-4 py-6 outline-none">
        {children}
      </main>
    </div>
  );
}
