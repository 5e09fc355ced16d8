/// <reference path="../../node_modules/node-pty/node-pty.d.ts" />
// The alias package declares its types under its own name; this gives them the name we import.
declare module 'node-pty' {
  export * from '@lydell/node-pty';
}
