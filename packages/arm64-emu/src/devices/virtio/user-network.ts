import type { NetworkPeer } from './net.js';

const GATEWAY = [10, 0, 2, 2];
const GUEST = [10, 0, 2, 15];
const GATEWAY_MAC = [0x52, 0x55, 10, 0, 2, 2];
const ETHERTYPE_IP = 0x0800;
const ETHERTYPE_ARP = 0x0806;
const LEASE_SECONDS = 86400;

/**
 * A network that ends at its gateway: answers ARP, DHCP and ICMP echo for 10.0.2.2 as QEMU's user-mode network does,
 * so that a guest's driver and configuration come up. Nothing is forwarded to the host.
 */
export class UserNetwork implements NetworkPeer {
  deliver: ((frame: Uint8Array) => void) | undefined;

  send(frame: Uint8Array): void {
    if (frame.length < 14) return;
    const type = (frame[12]! << 8) | frame[13]!;
    if (type === ETHERTYPE_ARP) this.arp(frame);
    else if (type === ETHERTYPE_IP) this.ip(frame);
  }

  /** Ethernet/IPv4 requests for the gateway: RFC 826. */
  private arp(frame: Uint8Array): void {
    const request = frame.length >= 42 && frame[20] === 0 && frame[21] === 1;
    if (!request || !equal(frame, 38, GATEWAY)) return;
    const body = [0, 1, 8, 0, 6, 4, 0, 2, ...GATEWAY_MAC, ...GATEWAY, ...frame.subarray(22, 32)];
    this.reply(frame, ETHERTYPE_ARP, body);
  }

  private ip(frame: Uint8Array): void {
    const ip = frame.subarray(14);
    const header = (ip[0]! & 15) * 4;
    const total = (ip[2]! << 8) | ip[3]!;
    if (ip.length < 20 || ip[0]! >> 4 !== 4 || header < 20 || total < header + 8 || total > ip.length) return;
    if (((ip[6]! & 0x3f) << 8) | ip[7]!) return; // fragments
    const payload = ip.subarray(header, total);
    if (ip[9] === 1 && payload[0] === 8 && equal(ip, 16, GATEWAY)) this.echo(frame, ip, payload);
    else if (ip[9] === 17 && payload[2] === 0 && payload[3] === 67) this.dhcp(frame, payload.subarray(8));
  }

  private echo(frame: Uint8Array, ip: Uint8Array, request: Uint8Array): void {
    const reply = [0, 0, 0, 0, ...request.subarray(4)];
    put16(reply, 2, checksum(reply));
    this.reply(frame, ETHERTYPE_IP, packet(1, Array.from(ip.subarray(12, 16)), reply));
  }

  /** DISCOVER and REQUEST of the only address: RFC 2131. */
  private dhcp(frame: Uint8Array, request: Uint8Array): void {
    if (request.length < 241 || request[0] !== 1 || !equal(request, 236, [99, 130, 83, 99])) return;
    const kind = option(request, 53);
    if (kind !== 1 && kind !== 3) return;
    const message = [
      2,
      1,
      6,
      0,
      ...request.subarray(4, 8),
      0,
      0,
      0x80,
      0,
      0,
      0,
      0,
      0,
      ...GUEST,
      ...GATEWAY,
      0,
      0,
      0,
      0,
    ];
    message.push(...request.subarray(28, 44), ...new Array<number>(192).fill(0), 99, 130, 83, 99);
    message.push(53, 1, kind === 1 ? 2 : 5, 54, 4, ...GATEWAY, 1, 4, 255, 255, 255, 0, 3, 4, ...GATEWAY);
    message.push(51, 4, 0, LEASE_SECONDS >> 16, (LEASE_SECONDS >> 8) & 255, LEASE_SECONDS & 255, 255);
    const udp = [0, 67, 0, 68, 0, 0, 0, 0, ...message];
    put16(udp, 4, udp.length);
    this.reply(frame, ETHERTYPE_IP, packet(17, [255, 255, 255, 255], udp));
  }

  /** Sends a frame back to whoever sent `frame`. */
  private reply(frame: Uint8Array, type: number, body: number[]): void {
    this.deliver?.(Uint8Array.of(...frame.subarray(6, 12), ...GATEWAY_MAC, type >> 8, type & 255, ...body));
  }
}

function packet(protocol: number, to: number[], payload: number[]): number[] {
  const header = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol, 0, 0, ...GATEWAY, ...to];
  put16(header, 2, header.length + payload.length);
  put16(header, 10, checksum(header));
  return [...header, ...payload];
}

/** The first byte of a DHCP option's value. */
function option(message: Uint8Array, code: number): number | undefined {
  for (let at = 240; at + 2 < message.length && message[at] !== 255; ) {
    if (message[at] === code) return message[at + 2];
    at += message[at] === 0 ? 1 : 2 + message[at + 1]!;
  }
  return undefined;
}

function equal(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte);
}

function put16(bytes: number[], at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}

/** The Internet checksum: RFC 1071. */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
