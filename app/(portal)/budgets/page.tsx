import type { Metadata } from "next";
import { MyBudgets } from "@/components/budgets/my-budgets";

export const metadata: Metadata = { title: "My budgets" };

export default function MyBudgetsPage() {
  return <MyBudgets />;
}
