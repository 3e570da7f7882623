/** Which ways in there are at this moment, for the sign-in page. What is not offered is refused all the same. */
import { getConfig } from "@/lib/config/config";
import { getDb } from "@/lib/db/client";
import { log } from "@/lib/log";
import { readSettings } from "@/lib/settings/service";
import { readProviderSettings } from "./oidc/discovery";

export interface SignInOptions {
  /** The identity provider: a Dex, or the four example people of the development sign-in. */
  provider: "dex" | "development" | null;
  masterKey: boolean;
}

export async function readSignInOptions(): Promise<SignInOptions> {
  const config = getConfig();
  const provider = readProviderSettings(config) ? (config.developmentSignIn ? "development" : "dex") : null;
  try {
    return { provider, masterKey: (await readSettings(getDb())).master_key_sign_in };
  } catch (error) {
    // The page is to say what goes wrong, and it can only when there is something to press.
    log.warn({ err: error }, "the settings could not be read for the sign-in page");
    return { provider, masterKey: true };
  }
}
