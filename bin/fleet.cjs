#!/usr/bin/env node
'use strict';
// Old syntax on purpose: an old Node must be able to read this far, and be told what to do.
var path = require('path');
var fs = require('fs');
var url = require('url');
var root = path.join(__dirname, '..');
var entry = path.join(root, 'dist', 'fleet.mjs');

if (!fs.existsSync(entry)) {
  // Without install scripts (npm ci --ignore-scripts) everything is there but what the build makes.
  var isInstalled = fs.existsSync(path.join(root, 'node_modules'));
  fail('not built yet. In ' + root + ' run: ' + (isInstalled ? 'npm run build' : 'npm ci'));
} else if (Number(process.versions.node.split('.')[0]) >= 24) {
  start();
} else {
  startWithOwnNode();
}

function start() {
  try {
    require('module').enableCompileCache();
  } catch (_) {
    // A cache that cannot be written only costs a few milliseconds.
  }
  import(url.pathToFileURL(entry).href).catch(function (error) {
    fail(error.stack);
  });
}

/** A checkout brings the Node it needs along (tools/node-runtime); this one only passes signals and the exit code on. */
function startWithOwnNode() {
  var node = path.join(root, 'node_modules', '.bin', 'node');
  // Never itself, or it would start itself for ever.
  if (!fs.existsSync(node) || fs.realpathSync(node) === fs.realpathSync(process.execPath)) {
    fail(
      'needs Node 24 or newer, this is ' +
        process.version +
        '. Install it from https://nodejs.org and try again.',
    );
    return;
  }
  var child = require('child_process').spawn(node, [__filename].concat(process.argv.slice(2)), {
    stdio: 'inherit',
  });
  ['SIGHUP', 'SIGTERM', 'SIGINT'].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on('error', function (error) {
    fail('could not start ' + node + ': ' + error.message);
  });
  child.on('exit', function (code, signal) {
    process.exit(code === null ? 128 + (require('os').constants.signals[signal] || 1) : code);
  });
}

function fail(words) {
  console.error('fleet-tui: ' + words);
  process.exitCode = 1;
}
