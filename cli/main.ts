#!/usr/bin/env node
import module from 'node:module';

// Node 22.1 and later keep compiled code between runs: of what is loaded after this call.
const { enableCompileCache } = module as { enableCompileCache?: () => unknown };
enableCompileCache?.();

await import('./start.ts');
