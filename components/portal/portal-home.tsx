"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { Freshness } from "@/components/layout/freshness";
import { PageHeader } from "@/components/layout/page-header";
import { ProfilePanel } from "@/components/me/profile-panel";
import { QuickStart } from "@/components/overview/quick-start";
import { meQuery } from "@/lib/me/queries";
import { adminPath, keysPath } from "@/lib/paths";
import { HomeTiles } from "./home-tiles";
import { MyBudgetsPanel } from "./my-budgets-panel";

/** Where everybody begins: who one is here, what is left, and how to call a model. The master key is nobody and goes to the overview. */
export function PortalHome() {
  const router = useRouter();
  const { data: me } = useQuery(meQuery());
  const isNobody = me?.kind === "master";
  useEffect(() => {
    if (isNobody) router.replace(adminPath);
  }, [isNobody, router]);
  if (isNobody) return null;
  return (
    <>
      <PageHeader title="Home" action={<Freshness />} />
      <HomeTiles />
      <div className="grid items-start gap-4 lg:grid-cols-3">
        <div className="grid min-w-0 gap-4 lg:col-span-2">
          <MyBudgetsPanel />
          <QuickStart keysAt={keysPath} />
        </div>
        <ProfilePanel />
      </div>
    </>
  );
}
