import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeFrame,
  encodeJsonFrame,
  FRAME_BYTES_MAX,
  FrameError,
  FrameReader,
} from '../../source/wire/frames.ts';

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    const frame = fc.tuple(fc.nat(255), fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }));
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 50 })),
        (frames, sizes) => {
          const stream = Buffer.concat(frames.map(([kind, parts]) => encodeFrame(kind, ...parts)));
          const reader = new FrameReader();
          const read: [number, string][] = [];
          for (let at = 0, cut = 0; at < stream.length; cut++) {
            const size = sizes[cut % Math.max(1, sizes.length)] ?? stream.length;
            for (const { kind, payload } of reader.push(stream.subarray(at, at + size)))
              read.push([kind, payload.toString('hex')]);
            at += size;
          }
          expect(read).toEqual(frames.map(([kind, parts]) => [kind, Buffer.concat(parts).toString('hex')]));
        },
      ),
    );
  });

  it('carry JSON in any script', () => {
    const [frame] = new FrameReader().push(encodeJsonFrame(3, { text: 'é日🙂\u2028' }));
    expect(frame!.kind).toBe(3);
    expect(JSON.parse(frame!.payload.toString())).toEqual({ text: 'é日🙂\u2028' });
  });

  it('of an impossible length are refused before anything is kept for them', () => {
    expect(() => new FrameReader().push(Buffer.from([0, 0, 0, 0, 1]))).toThrow(FrameError);
    expect(() => new FrameReader().push(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toThrow(FrameError);
    expect(() => encodeFrame(1, new Uint8Array(FRAME_BYTES_MAX))).toThrow(FrameError);
  });
});
