import type { NextConfig } from 'next';

const config: NextConfig = {
  // The package loads database drivers when they are needed, which a bundler cannot follow.
  serverExternalPackages: ['billing-portal-graphql'],
};

export default config;
