/** Ink draws the chrome into a string: an off-screen terminal that keeps the last frame. */
import { Writable } from 'node:stream';
import { render, type Instance } from 'ink';
import { Chrome } from './chrome.tsx';
import type { ChromeModel } from './chrome-model.ts';
import type { Size } from './ui-state.ts';

export class ChromeRenderer {
  #size: Size = { columns: 0, rows: 0 };
  #instance: Instance | null = null;
  #frame = '';

  /** The frame of a model: lines of text and SGR. */
  draw(model: ChromeModel): string {
    const node = <Chrome model={model} />;
    const { columns, rows } = model.size;
    if (this.#instance && (columns !== this.#size.columns || rows !== this.#size.rows)) this.end();
    if (this.#instance) this.#instance.rerender(node);
    else {
      this.#size = model.size;
      // `debug` writes each frame whole and at once; whether this is CI is none of an off-screen terminal's business.
      this.#instance = render(node, {
        stdout: this.#paper(model.size),
        stdin: process.stdin,
        debug: true,
        interactive: true,
        patchConsole: false,
        exitOnCtrlC: false,
      });
    }
    return this.#frame;
  }

  end(): void {
    this.#instance?.unmount();
    this.#instance = null;
  }

  #paper(size: Size): NodeJS.WriteStream {
    const paper = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        const text = chunk.toString();
        // Unmounting writes a last line end of its own.
        if (text.length > 1) this.#frame = text;
        done();
      },
    });
    return Object.assign(paper, { ...size, isTTY: true }) as unknown as NodeJS.WriteStream;
  }
}
