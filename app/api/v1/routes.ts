/** Every route of the control plane by its path: what OpenAPI is made of, and what the tests drive in-process. */
import type { RouteTable } from "@/lib/api/openapi";
import * as alerts from "./alerts/route";
import * as auditExport from "./audit/export/route";
import * as audit from "./audit/route";
import * as auditVerify from "./audit/verify/route";
import * as budgetAlerts from "./budgets/[id]/alerts/route";
import * as budgetBurnDown from "./budgets/[id]/burn-down/route";
import * as budgetPeriods from "./budgets/[id]/periods/route";
import * as budget from "./budgets/[id]/route";
import * as budgets from "./budgets/route";
import * as deliveryReplay from "./deliveries/[id]/replay/route";
import * as delivery from "./deliveries/[id]/route";
import * as deliveriesBulk from "./deliveries/bulk/route";
import * as invitationResend from "./invitations/[id]/resend/route";
import * as invitation from "./invitations/[id]/route";
import * as invitationOpen from "./invitations/open/route";
import * as invitations from "./invitations/route";
import * as keyBlock from "./keys/[id]/block/route";
import * as keyChain from "./keys/[id]/chain/route";
import * as keyRestore from "./keys/[id]/restore/route";
import * as keyRevoke from "./keys/[id]/revoke/route";
import * as keyRotate from "./keys/[id]/rotate/route";
import * as key from "./keys/[id]/route";
import * as keyUnblock from "./keys/[id]/unblock/route";
import * as keysBulk from "./keys/bulk/route";
import * as keys from "./keys/route";
import * as meBudgets from "./me/budgets/route";
import * as meKeys from "./me/keys/route";
import * as meModels from "./me/models/route";
import * as me from "./me/route";
import * as meSession from "./me/sessions/[id]/route";
import * as meSessions from "./me/sessions/route";
import * as meSignOut from "./me/sign-out/route";
import * as meTeams from "./me/teams/route";
import * as meUsage from "./me/usage/route";
import * as modelPrice from "./models/[id]/price/route";
import * as model from "./models/[id]/route";
import * as models from "./models/route";
import * as providerCredential from "./providers/[id]/credentials/[cred_id]/route";
import * as providerCredentials from "./providers/[id]/credentials/route";
import * as providerModels from "./providers/[id]/models/route";
import * as provider from "./providers/[id]/route";
import * as providerTest from "./providers/[id]/test/route";
import * as providersCatalogue from "./providers/catalogue/route";
import * as providerModel from "./providers/models/[model_id]/route";
import * as providers from "./providers/route";
import * as providersTest from "./providers/test/route";
import * as providersWithKeys from "./providers/with-keys/route";
import * as requestApprove from "./requests/[id]/approve/route";
import * as requestDeny from "./requests/[id]/deny/route";
import * as request from "./requests/[id]/route";
import * as requestWithdraw from "./requests/[id]/withdraw/route";
import * as requests from "./requests/route";
import * as search from "./search/route";
import * as mappingPreview from "./settings/mapping/preview/route";
import * as settings from "./settings/route";
import * as signIns from "./sign-ins/route";
import * as status from "./status/route";
import * as effectiveTeam from "./teams/[id]/effective/route";
import * as member from "./teams/[id]/members/[user_id]/route";
import * as members from "./teams/[id]/members/route";
import * as team from "./teams/[id]/route";
import * as teamsBulk from "./teams/bulk/route";
import * as teams from "./teams/route";
import * as usageEvent from "./usage/events/[id]/route";
import * as usageEvents from "./usage/events/route";
import * as usageExport from "./usage/export/route";
import * as usageLatency from "./usage/latency/route";
import * as usageRefusals from "./usage/refusals/route";
import * as usageSummary from "./usage/summary/route";
import * as userDisable from "./users/[id]/disable/route";
import * as userEnable from "./users/[id]/enable/route";
import * as user from "./users/[id]/route";
import * as userSignOut from "./users/[id]/sign-out/route";
import * as usersBulk from "./users/bulk/route";
import * as users from "./users/route";
import * as webhookDeliveries from "./webhooks/[id]/deliveries/route";
import * as webhookRotateSecret from "./webhooks/[id]/rotate-secret/route";
import * as webhook from "./webhooks/[id]/route";
import * as webhookTest from "./webhooks/[id]/test/route";
import * as webhooks from "./webhooks/route";

export const routes: RouteTable = {
  "/audit": audit,
  "/audit/export": auditExport,
  "/audit/verify": auditVerify,
  "/teams": teams,
  "/teams/bulk": teamsBulk,
  "/teams/{id}": team,
  "/teams/{id}/effective": effectiveTeam,
  "/teams/{id}/members": members,
  "/teams/{id}/members/{user_id}": member,
  "/alerts": alerts,
  "/budgets": budgets,
  "/budgets/{id}": budget,
  "/budgets/{id}/alerts": budgetAlerts,
  "/budgets/{id}/burn-down": budgetBurnDown,
  "/budgets/{id}/periods": budgetPeriods,
  "/requests": requests,
  "/requests/{id}": request,
  "/requests/{id}/approve": requestApprove,
  "/requests/{id}/deny": requestDeny,
  "/requests/{id}/withdraw": requestWithdraw,
  "/models": models,
  "/models/{id}": model,
  "/models/{id}/price": modelPrice,
  "/providers": providers,
  "/providers/catalogue": providersCatalogue,
  "/providers/test": providersTest,
  "/providers/with-keys": providersWithKeys,
  "/providers/{id}": provider,
  "/providers/{id}/credentials": providerCredentials,
  "/providers/{id}/credentials/{cred_id}": providerCredential,
  "/providers/{id}/models": providerModels,
  "/providers/{id}/test": providerTest,
  "/providers/models/{model_id}": providerModel,
  "/users": users,
  "/users/bulk": usersBulk,
  "/users/{id}": user,
  "/users/{id}/disable": userDisable,
  "/users/{id}/enable": userEnable,
  "/users/{id}/sign-out": userSignOut,
  "/invitations": invitations,
  "/invitations/open": invitationOpen,
  "/invitations/{id}": invitation,
  "/invitations/{id}/resend": invitationResend,
  "/keys": keys,
  "/keys/bulk": keysBulk,
  "/keys/{id}": key,
  "/keys/{id}/chain": keyChain,
  "/keys/{id}/rotate": keyRotate,
  "/keys/{id}/revoke": keyRevoke,
  "/keys/{id}/restore": keyRestore,
  "/keys/{id}/block": keyBlock,
  "/keys/{id}/unblock": keyUnblock,
  "/me": me,
  "/me/budgets": meBudgets,
  "/me/keys": meKeys,
  "/me/models": meModels,
  "/me/sessions": meSessions,
  "/me/sessions/{id}": meSession,
  "/me/sign-out": meSignOut,
  "/me/teams": meTeams,
  "/me/usage": meUsage,
  "/search": search,
  "/settings": settings,
  "/settings/mapping/preview": mappingPreview,
  "/sign-ins": signIns,
  "/status": status,
  "/usage/events": usageEvents,
  "/usage/events/{id}": usageEvent,
  "/usage/export": usageExport,
  "/usage/latency": usageLatency,
  "/usage/refusals": usageRefusals,
  "/usage/summary": usageSummary,
  "/deliveries/bulk": deliveriesBulk,
  "/deliveries/{id}": delivery,
  "/deliveries/{id}/replay": deliveryReplay,
  "/webhooks": webhooks,
  "/webhooks/{id}": webhook,
  "/webhooks/{id}/deliveries": webhookDeliveries,
  "/webhooks/{id}/rotate-secret": webhookRotateSecret,
  "/webhooks/{id}/test": webhookTest,
};
