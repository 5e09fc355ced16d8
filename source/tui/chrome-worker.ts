/** A thread of its own for Ink: 10 ms of layout must never stand between a key and its echo. */
import { parentPort } from 'node:worker_threads';
import { ChromeRenderer } from './chrome-renderer.tsx';
import type { ChromeModel } from './chrome-model.ts';

const renderer = new ChromeRenderer();

parentPort?.on('message', ({ number, model }: { readonly number: number; readonly model: ChromeModel }) => {
  parentPort?.postMessage({ number, frame: renderer.draw(model) });
});
