/** The application's own names for what it sells, by Stripe's product. */
const names: Readonly<Record<string, string>> = {
  prod_demo_starter: 'Starter',
  prod_demo_pro: 'Pro',
  prod_demo_team: 'Team',
};

export function getPlanName(productId: string): string {
  return names[productId] ?? 'Your plan';
}
