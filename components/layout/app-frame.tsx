import Link from "next/link";
import type { ReactNode } from "react";
import { SignOutLink } from "@/components/auth/sign-out-link";
import type { Theme } from "@/lib/client/theme";
import { homePath } from "@/lib/paths";
import { ThemeToggle } from "./theme-toggle";
import { Wordmark } from "./wordmark";

interface AppFrameProps {
  theme: Theme;
  /** The pages that one may go to, at the left side of wide screens. */
  nav: ReactNode;
  /** The same behind a button, where the screen has no room for a side. */
  drawer: ReactNode;
  /** The way to anything by name. */
  search: ReactNode;
  /** Who is signed in, at the right edge. */
  identity?: ReactNode;
  children: ReactNode;
}

/** The frame of every page for people who are signed in: name, search, who one is; ways at the side; content. */
export function AppFrame({ theme, nav, drawer, search, identity, children }: AppFrameProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only z-30 rounded-md bg-surface px-3 py-2 text-sm focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <header className="sticky top-0 z-20 flex h-13 shrink-0 items-center gap-1 border-b border-line bg-surface px-2 sm:px-4">
        {drawer}
        <Link href={homePath} aria-label="pLLM, home" className="flex shrink-0 rounded-sm py-2.5 lg:w-52">
          <Wordmark />
        </Link>
        <div className="flex min-w-0 flex-1 px-2 max-sm:justify-end">{search}</div>
        <div className="flex min-w-0 items-center gap-1">
          {identity}
          <ThemeToggle initial={theme} />
          <SignOutLink />
        </div>
      </header>
      <div className="flex flex-1">
        <div className="sticky top-13 hidden h-[calc(100dvh-3.25rem)] w-56 shrink-0 overflow-y-auto border-r border-line bg-surface px-3 py-4 lg:block">
          {nav}
        </div>
        <main id="content" tabIndex={-1} className="min-w-0 flex-1 scroll-mt-13 px-4 py-6 outline-none sm:px-6">
          <div className="mx-auto w-full max-w-7xl">{children}</div>
        </main>
      </div>
    </div>
  );
}
