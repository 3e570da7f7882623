import { cookies } from "next/headers";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { AppFrame } from "@/components/layout/app-frame";
import { QueryScope } from "@/components/layout/query-scope";
import { Identity } from "@/components/me/identity";
import { MainNav } from "@/components/me/main-nav";
import { NavDrawer } from "@/components/me/nav-drawer";
import { Palette } from "@/components/palette/palette";
import { ToastScope } from "@/components/ui/toast";
import { parseTheme, themeCookie } from "@/lib/client/theme";

/** What every page for people who are signed in stands in: the frame, in their colours, and one cache of what was read. */
export async function SignedIn({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  return (
    <QueryScope>
      <NuqsAdapter>
        <ToastScope>
          <AppFrame theme={theme} nav={<MainNav />} drawer={<NavDrawer />} search={<Palette />} identity={<Identity />}>
            {children}
          </AppFrame>
        </ToastScope>
      </NuqsAdapter>
    </QueryScope>
  );
}
