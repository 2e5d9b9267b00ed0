import { describe, expect, test } from 'vitest';
import { type NetworkPeer, VirtioNet } from '../../../src/devices/virtio/net.js';
import { UserNetwork } from '../../../src/devices/virtio/user-network.js';
import { hostile } from '../lines.js';
import { Driver } from './driver.js';

const MAC = Uint8Array.of(0x52, 0x54, 0, 0x12, 0x34, 0x56);
class Cable implements NetworkPeer {
  deliver: ((frame: Uint8Array) => void) | undefined;
  readonly sent: number[][] = [];
  send(frame: Uint8Array): void {
    this.sent.push([...frame]);
  }
}

describe.each([
  [1, 10],
  [2, 12],
] as const)('virtio-net, version %i', (version, header) => {
  test('address, sending and receiving', () => {
    const cable = new Cable();
    const driver = new Driver(bus => new VirtioNet(bus, cable, MAC), version);
    expect([0, 1, 2, 3, 4, 5].map(i => driver.config(i, 1))).toEqual([...MAC]);
    cable.deliver!(new Uint8Array(60));
    driver.start({ features: 1n << 5n });
    driver.queue(1, [{ bytes: new Uint8Array(header) }, { bytes: Uint8Array.of(1, 2, 3) }]);
    expect(cable.sent).toEqual([[1, 2, 3]]);
    cable.deliver!(Uint8Array.of(9, 8, 7));
    const [at] = driver.queue(0, [{ room: 1526 }]);
    expect(driver.used(0)).toEqual([0, header + 3]);
    expect(driver.bytes(at! + header, 3)).toEqual([9, 8, 7]);
    driver.queue(0, [{ room: header }], 1);
    cable.deliver!(Uint8Array.of(9, 8, 7));
    expect(driver.used(0)).toEqual([1, 0]);
  });
});

describe('user network', () => {
  function network(): { peer: UserNetwork; frames: number[][] } {
    const peer = new UserNetwork();
    const frames: number[][] = [];
    peer.deliver = frame => frames.push([...frame]);
    return { peer, frames };
  }
  const ethernet = (type: number, body: number[]): Uint8Array =>
    Uint8Array.of(255, 255, 255, 255, 255, 255, ...MAC, type >> 8, type & 255, ...body);
  const ipv4 = (protocol: number, to: number[], payload: number[]): number[] => [
    ...[0x45, 0, (20 + payload.length) >> 8, (20 + payload.length) & 255, 0, 0, 0, 0, 64, protocol, 0, 0],
    ...[10, 0, 2, 15, ...to, ...payload],
  ];
  const sum = (bytes: number[]): number => {
    let total = 0;
    for (let i = 0; i < bytes.length; i += 2) total += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
    while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
    return total;
  };

  test('ARP for the gateway only', () => {
    const { peer, frames } = network();
    const ask = (last: number): void =>
      peer.send(ethernet(0x806, [0, 1, 8, 0, 6, 4, 0, 1, ...MAC, 10, 0, 2, 15, 0, 0, 0, 0, 0, 0, 10, 0, 2, last]));
    ask(99);
    expect(frames).toEqual([]);
    ask(2);
    expect(frames[0]!.slice(0, 6)).toEqual([...MAC]);
    expect(frames[0]!.slice(12)).toEqual([
      8,
      6,
      0,
      1,
      8,
      0,
      6,
      4,
      0,
      2,
      0x52,
      0x55,
      10,
      0,
      2,
      2,
      10,
      0,
      2,
      2,
      ...MAC,
      10,
      0,
      2,
      15,
    ]);
  });

  test('ICMP echo with good checksums', () => {
    const { peer, frames } = network();
    peer.send(ethernet(0x800, ipv4(1, [10, 0, 2, 2], [8, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7])));
    const reply = frames[0]!.slice(14);
    expect(sum(reply.slice(0, 20))).toBe(0xffff);
    expect(sum(reply.slice(20))).toBe(0xffff);
    expect(reply.slice(12, 21)).toEqual([10, 0, 2, 2, 10, 0, 2, 15, 0]);
    expect(reply.slice(24)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test.each([
    [1, 2],
    [3, 5],
  ])('DHCP message %i is answered with %i', (kind, answer) => {
    const { peer, frames } = network();
    const message = new Array<number>(240).fill(0);
    message.splice(0, 8, 1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef);
    message.splice(28, 6, ...MAC);
    message.splice(236, 4, 99, 130, 83, 99);
    message.push(0, 53, 1, kind, 255, 0, 0, 0);
    const udp = [0, 68, 0, 67, (8 + message.length) >> 8, (8 + message.length) & 255, 0, 0, ...message];
    peer.send(ethernet(0x800, ipv4(17, [255, 255, 255, 255], udp)));
    const reply = frames[0]!.slice(14 + 28);
    expect(reply.slice(0, 8)).toEqual([2, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef]);
    expect(reply.slice(16, 20)).toEqual([10, 0, 2, 15]);
    expect(reply.slice(28, 34)).toEqual([...MAC]);
    expect(reply.slice(236, 243)).toEqual([99, 130, 83, 99, 53, 1, answer]);
  });

  test('hostile frames', () => {
    const { peer } = network();
    const next = hostile(41);
    for (let i = 0; i < 5000; i++) {
      const frame = Uint8Array.from({ length: next() % 400 }, () => next());
      if (frame.length > 16) frame.set(next() & 1 ? [8, 0, 0x45] : [8, 6], 12);
      if (frame.length > 40) frame.set([0, 30 + (next() % 300), 0, 0, 0, 0, 64, next() & 1 ? 17 : 1], 16);
      peer.send(frame);
    }
  });
});
