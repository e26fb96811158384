/** The parts of frameworks that the guide uses, for the compiler: the packages themselves are large. */
export const frameworkTypes = `
declare module 'vue' {
  export function ref<T>(value: T): { value: T };
}
declare function $state<T>(value: T): T;
declare module '@angular/core' {
  export function Component(options: { selector: string; template: string }): (component: object) => void;
  export function signal<T>(value: T): { (): T; set(value: T): void };
}
declare module 'next/navigation' {
  export function redirect(url: string): never;
}
declare module '*/session' {
  export function readAccessToken(): Promise<string | null>;
}
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };
declare module 'react-native' {
  import type { FunctionComponent } from 'react';
  export const Alert: { alert(title: string): void };
  export const AppState: {
    addEventListener(type: 'change', listener: (state: string) => void): { remove(): void };
  };
  export const Button: FunctionComponent<{ title: string; onPress: () => void }>;
  export const Linking: { openURL(url: string): Promise<unknown> };
}
`;
