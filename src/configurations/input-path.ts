/** Fields of the input that have other names than Stripe's. */
const inputNames: ReadonlyMap<string, string> = new Map([
  ['product', 'productId'],
  ['prices', 'priceIds'],
  ['payment_method_configuration', 'paymentMethodConfigurationId'],
  ['feedback_options', 'feedbackOptionIds'],
]);

/** Stripe has an object around each of these conditions, where the input has the conditions alone. */
const conditionPath = /(schedule_at_period_end)\.conditions(\.\d+)?(\.type)?$/;

/**
 * Where in an administrator's input something is.
 * @param path Stripe's parameter `features[invoice_history][enabled]`, or the path `features.invoice_history.enabled`
 */
export function toInputPath(path: string): string {
  return path
    .replaceAll('[', '.')
    .replaceAll(']', '')
    .replace(conditionPath, '$1$2')
    .split('.')
    .map((name) => inputNames.get(name) ?? toCamelCase(name))
    .join('.');
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
