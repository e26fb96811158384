import { loadEnvironment } from './config/environment.ts';
import { serve } from './serve.ts';

await serve(loadEnvironment);
