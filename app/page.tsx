import type { Metadata } from "next";
import { cookies } from "next/headers";
import { AppFrame } from "@/components/layout/app-frame";
import { QueryScope } from "@/components/layout/query-scope";
import { Identity } from "@/components/me/identity";
import { Overview } from "@/components/overview/overview";
import { parseTheme, themeCookie } from "@/lib/client/theme";

export const metadata: Metadata = { title: "Overview" };

export default async function HomePage() {
  const theme = parseTheme((await cookies()).get(themeCookie)?.value);
  return (
    <QueryScope>
      <AppFrame theme={theme} identity={<Identity />}>
        <Overview />
      </AppFrame>
    </QueryScope>
  );
}
