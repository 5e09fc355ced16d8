import { PassThrough } from 'node:stream';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serverNameOf } from '../../../source/core/network/client-hello.ts';

/** What a real TLS client sends first. */
async function hello(servername: string | undefined): Promise<Buffer> {
  const wire = new PassThrough();
  const duplex = Object.assign(wire, {});
  const first = new Promise<Buffer>((done) => wire.once('data', done));
  const socket = connect({ socket: duplex, ...(servername && { servername }) });
  socket.on('error', () => socket.destroy());
  const bytes = await first;
  socket.destroy();
  return bytes;
}

describe('the first message of a TLS client', () => {
  it('PE8 names the host, once it is there whole', async () => {
    const bytes = await hello('api.example.com');
    for (let length = 0; length < bytes.length; length++)
      expect(serverNameOf(bytes.subarray(0, length))).toEqual({ type: 'incomplete' });
    expect(serverNameOf(bytes)).toEqual({ type: 'name', host: 'api.example.com' });
  });

  it('PE8 is found in however many records it is split', async () => {
    const bytes = await hello('api.example.com');
    const body = bytes.subarray(5);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: body.length - 1 }), { maxLength: 5 }), (cuts) => {
        const ends = [...new Set(cuts)].sort((a, b) => a - b).concat(body.length);
        const records = ends.map((end, index) => {
          const part = body.subarray(index === 0 ? 0 : ends[index - 1]!, end);
          return Buffer.concat([Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part]);
        });
        expect(serverNameOf(Buffer.concat(records))).toEqual({ type: 'name', host: 'api.example.com' });
      }),
    );
  });

  it('PE8 without a name is unfit, and so is anything else', async () => {
    expect(serverNameOf(await hello(undefined))).toMatchObject({ type: 'unfit' });
    for (const text of ['GET / HTTP/1.1\r\n\r\n', 'SSH-2.0-x\r\n', '\u0016\u0002'])
      expect(serverNameOf(Buffer.from(text, 'latin1'))).toMatchObject({ type: 'unfit' });
  });

  it('PE8 garbled anywhere, it still gets an answer', async () => {
    const bytes = await hello('api.example.com');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const garbled = Uint8Array.from(bytes);
        garbled[at] = value;
        expect(() => serverNameOf(garbled)).not.toThrow();
      }),
    );
  });
});
