/** Fields of the input that have other names than Stripe's in camel case. */
const inputNames: ReadonlyMap<string, string> = new Map([
  ['product', 'productId'],
  ['prices', 'priceIds'],
  ['payment_method_configuration', 'paymentMethodConfigurationId'],
  ['feedback_options', 'feedbackOptionIds'],
]);

/** The name in GraphQL and REST of a field of Stripe's. */
export function toInputName(name: string): string {
  return inputNames.get(name) ?? name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** Stripe wraps each of these conditions in an object, which the input does not. */
const conditionPath = /(schedule_at_period_end)\.conditions(\.\d+)?(\.type)?$/;

/**
 * The path of a field in an administrator's input.
 * @param path Stripe's parameter `features[invoice_history][enabled]`, or the path `features.invoice_history.enabled`
 */
export function toInputPath(path: string): string {
  return path
    .replaceAll('[', '.')
    .replaceAll(']', '')
    .replace(conditionPath, '$1$2')
    .split('.')
    .map(toInputName)
    .join('.');
}
