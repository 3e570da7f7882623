import type { Metadata } from "next";
import { SignOutForm } from "@/components/auth/sign-out-form";

export const metadata: Metadata = { title: "Sign out" };

export default function SignOutPage() {
  return (
    <>
      <h1 className="mb-4 text-lg font-semibold">Sign out of this server?</h1>
      <SignOutForm />
    </>
  );
}
