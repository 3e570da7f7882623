import type { Metadata } from "next";
import { SignInAdmin } from "@/components/sign-ins/sign-in-admin";

export const metadata: Metadata = { title: "Sign-in" };

export default function SignInAdminPage() {
  return <SignInAdmin />;
}
