import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { AppFrame } from "@/components/layout/app-frame";
import { QueryScope } from "@/components/layout/query-scope";
import { Identity } from "@/components/me/identity";
import { MainNav } from "@/components/me/main-nav";
import { parseTheme, themeCookie } from "@/lib/client/theme";

/** What every page for people who are signed in stands in: the frame, in their colours, and one cache of what was read. */
export async function SignedIn({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  return (
    <QueryScope>
      <AppFrame theme={theme} nav={<MainNav />} identity={<Identity />}>
        {children}
      </AppFrame>
    </QueryScope>
  );
}
