#!/usr/bin/env node
import '../dist/certs-tool/main.js';
