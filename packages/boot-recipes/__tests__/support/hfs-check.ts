// A checker of HFS Plus volumes of its own: everything that counts or points to something is compared.
import { expect } from 'vitest';

type Extent = readonly [start: number, count: number];
type Row = { readonly key: DataView; readonly data: DataView };

/** What a volume has: content of files (latin1) and folders, by path. Fails the test when something is not as it should be. */
export function checkHfs(image: Uint8Array): Map<string, string> {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const VH = 1024;
  expect([...image.subarray(VH, VH + 512)]).toEqual([...image.subarray(image.length - VH, image.length - VH + 512)]);
  const signature = view.getUint16(VH);
  const [files, folders, block, total, free] = [32, 36, 40, 44, 48].map(at => view.getUint32(VH + at)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const nextId = view.getUint32(VH + 64);
  const owners = new Map<number, string>();
  const own = (start: number, count: number, who: string): void => {
    for (let n = start; n < start + count; n++) {
      expect(owners.has(n), `block ${n} of ${who} and ${owners.get(n)}`).toBe(false);
      expect(n).toBeLessThan(total);
      owners.set(n, who);
    }
  };
  const overflow: Row[] = [];
  const extents = (v: DataView, at: number, id: number, type: number): Extent[] => {
    const list = Array.from(
      { length: 8 },
      (_, i): Extent => [v.getUint32(at + 16 + 8 * i), v.getUint32(at + 20 + 8 * i)],
    );
    for (const { key, data } of overflow)
      if (key.getUint8(2) === type && key.getUint32(4) === id) {
        expect(key.getUint32(8)).toBe(list.reduce((sum, [, n]) => sum + n, 0));
        for (let i = 0; i < 8; i++) list.push([data.getUint32(8 * i), data.getUint32(8 * i + 4)]);
      }
    const found = list.filter(([, n]) => n > 0);
    expect(found.reduce((sum, [, n]) => sum + n, 0)).toBe(v.getUint32(at + 12));
    expect(Number(v.getBigUint64(at))).toBeLessThanOrEqual(v.getUint32(at + 12) * block);
    return found;
  };
  const content = (v: DataView, at: number, id: number, who: string, type = 0): Uint8Array => {
    const list = extents(v, at, id, type);
    for (const [start, n] of list) own(start, n, who);
    const whole = Buffer.concat(list.map(([start, n]) => image.subarray(start * block, (start + n) * block)));
    return whole.subarray(0, Number(v.getBigUint64(at)));
  };
  own(0, Math.ceil(1536 / block), 'first header');
  for (let n = Math.floor((total * block - 1024) / block); n < total; n++) own(n, 1, 'second header');
  const bitmap = content(view, VH + 112, 6, 'bitmap');
  overflow.push(...rows(content(view, VH + 192, 3, 'extents'), () => 0));
  const units = ({ key }: Row): number[] =>
    Array.from({ length: key.getUint16(6) }, (_, i) => key.getUint16(8 + 2 * i));
  const catalogBytes = content(view, VH + 272, 4, 'catalog');
  const sensitive = signature === 0x4858 && catalogBytes[14 + 37] === 0xbc;
  const comparable = (row: Row): number[] => units(row).map(u => (!sensitive && u >= 65 && u <= 90 ? u + 32 : u));
  const catalog = rows(catalogBytes, (a, b) => {
    const parents = a.key.getUint32(2) - b.key.getUint32(2);
    if (parents !== 0) return parents;
    const [x, y] = [comparable(a), comparable(b)];
    for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
    return x.length - y.length;
  });
  const attributes = view.getUint32(VH + 352 + 12) === 0 ? [] : rows(content(view, VH + 352, 8, 'attributes'), () => 0);
  for (const { data } of attributes) if (data.getUint32(0) === 0x20) content(data, 8, 0, 'an attribute');
  // Records and their threads belong together.
  const names = new Map<number, { parent: number; name: string }>();
  const threads = new Map<number, string>();
  const inside = new Map<number, number>();
  const name = (row: Row): string => String.fromCharCode(...units(row));
  for (const row of catalog) {
    const type = row.data.getUint16(0);
    const parent = row.key.getUint32(2);
    if (type <= 2) {
      const id = row.data.getUint32(8);
      expect(names.has(id)).toBe(false);
      expect(id).toBeLessThan(nextId);
      names.set(id, { parent, name: name(row) });
      if (id !== 2) inside.set(parent, (inside.get(parent) ?? 0) + 1);
    } else {
      const count = row.data.getUint16(8);
      const text = String.fromCharCode(...Array.from({ length: count }, (_, i) => row.data.getUint16(10 + 2 * i)));
      threads.set(parent, `${row.data.getUint32(4)} ${text}`);
    }
  }
  for (const [id, { parent, name: text }] of names) expect(threads.get(id)).toBe(`${parent} ${text}`);
  expect(threads.size).toBe(names.size);
  for (const { key } of attributes) expect(names.has(key.getUint32(4))).toBe(true);
  const pathOf = (id: number): string => {
    const { parent, name: text } = names.get(id)!;
    return id === 2 ? '' : `${pathOf(parent)}/${text}`;
  };
  const found = new Map<string, string>();
  let [fileCount, folderCount] = [0, -1];
  for (const { data } of catalog) {
    const type = data.getUint16(0);
    if (type > 2) continue;
    const id = data.getUint32(8);
    const hasAttributes = attributes.some(({ key }) => key.getUint32(4) === id);
    expect((data.getUint16(2) & 4) !== 0 || !hasAttributes).toBe(true);
    const mode = data.getUint16(42).toString(8);
    if (type === 1) {
      folderCount++;
      expect(data.getUint32(4), pathOf(id)).toBe(inside.get(id) ?? 0);
      found.set(`${pathOf(id)}/`, mode);
    } else {
      fileCount++;
      const bytes = content(data, 88, id, pathOf(id));
      content(data, 168, id, `${pathOf(id)}, resources`, 0xff);
      found.set(pathOf(id), `${mode} ${Buffer.from(bytes).toString('latin1')}`);
    }
  }
  expect([fileCount, folderCount]).toEqual([files, folders]);
  for (let n = 0; n < total; n++)
    expect((bitmap[n >> 3]! & (0x80 >> (n & 7))) !== 0, `block ${n}: ${owners.get(n) ?? 'nobody'}`).toBe(owners.has(n));
  expect(free).toBe(total - owners.size);
  return found;
}

/** Records of a tree, found twice: along the leaves, and down from the root; with the map of its nodes. */
function rows(bytes: Uint8Array, order: (a: Row, b: Row) => number): Row[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [depth, root, leafRecords, firstLeaf, lastLeaf] = [
    view.getUint16(14),
    view.getUint32(16),
    view.getUint32(20),
    view.getUint32(24),
    view.getUint32(28),
  ];
  const [size, totalNodes, freeNodes, attributes] = [
    view.getUint16(32),
    view.getUint32(36),
    view.getUint32(40),
    view.getUint32(14 + 38),
  ];
  expect(totalNodes * size).toBe(bytes.length);
  const used = new Set([0]);
  const records = (node: number): Row[] =>
    Array.from({ length: view.getUint16(node * size + 10) }, (_, i) => {
      const [from, to] = [1, 2].map(n => node * size + view.getUint16((node + 1) * size - 2 * (i + n))) as [
        number,
        number,
      ];
      const data = from + 2 + view.getUint16(from);
      return {
        key: new DataView(bytes.buffer, bytes.byteOffset + from, data - from),
        data: new DataView(bytes.buffer, bytes.byteOffset + data, to - data),
      };
    });
  const leaves: number[] = [];
  const walk = (node: number, height: number, first: Row | undefined): Row[] => {
    used.add(node);
    const own = records(node);
    expect([view.getInt8(node * size + 8), view.getUint8(node * size + 9)]).toEqual([height === 1 ? -1 : 0, height]);
    if (first !== undefined && (attributes & 4) !== 0) expect(order(own[0]!, first)).toBe(0);
    if (height === 1) {
      leaves.push(node);
      return own;
    }
    return own.flatMap(row => walk(row.data.getUint32(0), height - 1, row));
  };
  const all = depth === 0 ? [] : walk(root, depth, undefined);
  expect([leaves[0] ?? 0, leaves.at(-1) ?? 0, all.length]).toEqual([firstLeaf, lastLeaf, leafRecords]);
  for (const [i, node] of leaves.entries())
    expect([view.getUint32(node * size), view.getUint32(node * size + 4)]).toEqual([
      leaves[i + 1] ?? 0,
      leaves[i - 1] ?? 0,
    ]);
  for (let i = 1; i < all.length; i++) expect(order(all[i - 1]!, all[i]!)).toBeLessThanOrEqual(0);
  const map = 14 + 106 + 128;
  for (let n = 0; n < totalNodes; n++)
    expect((bytes[map + (n >> 3)]! & (0x80 >> (n & 7))) !== 0, `node ${n}`).toBe(used.has(n));
  expect(freeNodes).toBe(totalNodes - used.size);
  return all;
}
