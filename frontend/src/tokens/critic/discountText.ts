import { t } from "../../i18n";

/** Discount γ and trace decay λ that the numbers were computed with, and whether the run's config says so. */
export interface DiscountFactors {
  gamma: number;
  lam: number;
  logged: boolean;
}

/** "γ = 0.99, λ = 0.95"; λ only where it or γ makes a difference. */
export function discountText({ gamma, lam, logged }: DiscountFactors): string {
  if (gamma !== 1 || lam !== 1) return t("sample.critic.gamma_lam", { gamma, lam });
  return t(logged ? "sample.critic.gamma_logged" : "sample.critic.gamma", { gamma });
}
