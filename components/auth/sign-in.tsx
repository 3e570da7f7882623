import { Alert } from "@/components/ui/alert";
import { MasterKeyForm } from "./master-key-form";
import { describeProblem } from "./problems";
import { ProviderButton } from "./provider-button";

interface SignInProps {
  /** Which ways in there are. */
  provider: "dex" | "development" | null;
  masterKey: boolean;
  /** Where to go afterwards, as the address bar has it: anybody may have written it. */
  returnTo: string | null;
  /** Why the visitor is here, as a code. */
  reason: string | null;
}

/** The identity provider first; the master key, which is for emergencies then, behind it. */
export function SignIn({ provider, masterKey, returnTo, reason }: SignInProps) {
  return (
    <div className="flex flex-col gap-4">
      {reason ? <Alert tone={reason === "SessionRequired" ? "info" : "danger"}>{describeProblem(reason)}</Alert> : null}
      {provider ? <ProviderButton returnTo={returnTo} isDevelopment={provider === "development"} /> : null}
      {masterKey && !provider ? <MasterKeyForm returnTo={returnTo} /> : null}
      {masterKey && provider ? (
        <details className="group border-t border-line pt-3">
          <summary className="cursor-pointer rounded-sm text-sm text-muted hover:text-ink">
            Sign in with the master key
          </summary>
          <div className="pt-4">
            <MasterKeyForm returnTo={returnTo} />
          </div>
        </details>
      ) : null}
      {masterKey || provider ? null : (
        <Alert tone="warn">
          There is no way to sign in here: signing in with the master key is switched off, and no identity provider is
          connected. The master key as a bearer token of the API can change that.
        </Alert>
      )}
      <noscript>
        <p className="text-sm text-danger">Signing in needs JavaScript, which this browser does not run here.</p>
      </noscript>
    </div>
  );
}
