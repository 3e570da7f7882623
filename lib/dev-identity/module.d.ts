/** The provider without the package's entry, which complains on the console about Node 20; everything used here works on it. */
declare module "oidc-provider/lib/provider.js" {
  export { default as Provider } from "oidc-provider";
}
