import type { FastifyInstance } from 'fastify';
import type { RateLimits } from './rate-limit.ts';

/** Routes of a feature, and what applies to them before the feature's own code. */
export interface Routes {
  /**
   * `callers` authenticate by a token, and count against RATE_LIMIT by their address and their subject. `visitors` do
   * not sign in, and count by their address. `senders` prove who they are in another way, and the routes count them.
   */
  readonly audience: 'callers' | 'visitors' | 'senders';
  /** Called once, with a server of its own: hooks and parsers that it adds apply to these routes only. */
  add(server: FastifyInstance, limits: RateLimits): void | Promise<void>;
}
