import type { NextConfig } from 'next';

const config: NextConfig = {
  // The package loads database drivers when they are needed, which a bundler cannot follow. Both need the same graphql.
  serverExternalPackages: ['billing-portal-graphql', 'graphql'],
};

export default config;
