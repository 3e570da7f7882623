import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { ThemeToggle } from "@/components/layout/theme-toggle";
import { Wordmark } from "@/components/layout/wordmark";
import { parseTheme, themeCookie } from "@/lib/client/theme";

export default async function AuthLayout({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex justify-end p-3">
        <ThemeToggle initial={theme} />
      </header>
      <main className="mx-auto flex w-full max-w-sm flex-1 flex-col px-4 pt-[12vh] pb-16">
        <Wordmark className="mb-6" />
        <div className="rounded-lg border border-line bg-surface p-5 shadow-card">{children}</div>
        <p className="mt-4 text-xs text-muted">Control plane for LLM gateways: keys, budgets, exact spend.</p>
      </main>
    </div>
  );
}
