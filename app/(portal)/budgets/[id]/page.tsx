import type { Metadata } from "next";
import { MyBudgetView } from "@/components/budgets/my-budget-view";

export const metadata: Metadata = { title: "Budget" };

export default async function MyBudgetPage({ params }: { params: Promise<{ id: string }> }) {
  return <MyBudgetView id={(await params).id} />;
}
