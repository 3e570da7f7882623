import Link from "next/link";
import type { ReactNode } from "react";
import { SignOutLink } from "@/components/auth/sign-out-link";
import type { Theme } from "@/lib/client/theme";
import { docsPath, homePath } from "@/lib/paths";
import { ThemeToggle } from "./theme-toggle";
import { Wordmark } from "./wordmark";

const linkLook = "rounded-sm px-2 py-1 text-sm";

interface AppFrameProps {
  theme: Theme;
  /** Who is signed in, at the right edge. */
  identity?: ReactNode;
  children: ReactNode;
}

/** The frame of every page for people who are signed in: name, ways, who one is, content. */
export function AppFrame({ theme, identity, children }: AppFrameProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only z-10 rounded-md bg-surface px-3 py-2 text-sm focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex h-13 max-w-6xl items-center gap-2 px-4 sm:gap-6">
          <Link href={homePath} aria-label="pLLM, overview" className="flex rounded-sm">
            <Wordmark />
          </Link>
          <nav aria-label="Main" className="flex flex-1 items-center gap-1">
            <Link href={homePath} aria-current="page" className={`${linkLook} bg-sunken font-medium`}>
              Overview
            </Link>
            <a href={docsPath} className={`${linkLook} text-muted hover:text-ink`}>
              API
            </a>
          </nav>
          <div className="flex items-center gap-1">
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
