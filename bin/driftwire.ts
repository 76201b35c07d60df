#!/usr/bin/env node
import { main } from '../lib/cli/main.ts';

const status = await main(process.argv.slice(2));
if (status !== 0) process.exitCode = status;
