#!/usr/bin/env node
import { boundMemory } from '../lib/cli/bound-memory.ts';

boundMemory();
// only now: what these modules make while they load counts too
const { main } = await import('../lib/cli/main.ts');
const status = await main(process.argv.slice(2));
if (status !== 0) process.exitCode = status;
