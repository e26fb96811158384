/** In a file of its own: types of the package's entry must not need the SDK. */
export interface NewWebhookEndpoint {
  readonly url: string;
  /** Signs the events. Default: a new secret. */
  readonly secret?: string;
  /** The types of events to send. Default: all. */
  readonly enabledEvents?: readonly string[];
  /** True sends only events of connected accounts, false only the key's own. Default: both. */
  readonly connect?: boolean;
  readonly description?: string | null;
  readonly metadata?: Record<string, string>;
  readonly apiVersion?: string | null;
}
