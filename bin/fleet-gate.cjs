#!/usr/bin/env node
'use strict';
require('../dist/fleet-gate.cjs');
