#!/usr/bin/env node
'use strict';
// Old syntax on purpose: an old Node must be able to read this far, and be told what to do.
var path = require('path');
var fs = require('fs');
var root = path.join(__dirname, '..');
var entry = path.join(root, 'dist', 'fleet.mjs');
var major = Number(process.versions.node.split('.')[0]);

if (!fs.existsSync(entry)) {
  console.error('fleet-tui: not built yet. In ' + root + ' run: npm ci');
  process.exit(1);
} else if (major >= 24) {
  try {
    require('module').enableCompileCache();
  } catch (_) {
    // A cache that cannot be written only costs a few milliseconds.
  }
  import('file://' + entry);
} else {
  var candidates = [path.join(root, 'node_modules', '.bin', 'node'), path.join(root, '..', '.bin', 'node')];
  var node = candidates.filter(function (file) {
    return fs.existsSync(file);
  })[0];
  if (!node) {
    console.error(
      'fleet-tui needs Node 24 or newer, this is ' +
        process.version +
        '. Install it from https://nodejs.org and try again.',
    );
    process.exit(1);
  } else {
    var child = require('child_process').spawn(node, [__filename].concat(process.argv.slice(2)), {
      stdio: 'inherit',
    });
    ['SIGHUP', 'SIGTERM', 'SIGINT'].forEach(function (signal) {
      process.on(signal, function () {
        child.kill(signal);
      });
    });
    child.on('exit', function (code, signal) {
      process.exit(code === null ? 128 + (require('os').constants.signals[signal] || 1) : code);
    });
  }
}
