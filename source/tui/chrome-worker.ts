/** A thread of its own for Ink: 10 ms of layout must never stand between a key and its echo. */
import { parentPort } from 'node:worker_threads';
import { ChromeRenderer } from './chrome-renderer.tsx';
import type { ChromeModel } from './chrome-model.ts';

const renderer = new ChromeRenderer();

parentPort?.on('message', ({ model }: { readonly model: ChromeModel }) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage({ frame: renderer.draw(model) });
});
