import { MAX_NODE_NAME, NAME_FIELD_SIZE } from '../../format.js';
import type { XnuRule } from './rule.js';

/** What the tree reader of XNU itself needs. */
export const formatRules: readonly XnuRule[] = [
  {
    id: 'placeholder',
    severity: 'panic',
    certainty: 'read',
    reason: 'XNU takes bit 31 for a part of the length: "Device tree property overflow"',
    *check(tree) {
      for (const node of tree.nodes())
        for (const property of node.properties)
          if (property.placeholder) yield { path: property.path, message: 'still has the placeholder flag' };
    },
  },
  {
    id: 'empty-node',
    severity: 'panic',
    certainty: 'read',
    reason: 'XNU treats a node without properties as invalid',
    *check(tree) {
      for (const node of tree.nodes())
        if (node.properties.length === 0) yield { path: node.path, message: 'has no properties' };
    },
  },
  {
    id: 'node-name',
    severity: 'warning',
    certainty: 'read',
    reason: `XNU finds nodes by their name property, of at most ${MAX_NODE_NAME} characters; the root is device-tree`,
    *check(tree) {
      if (tree.root.name !== 'device-tree') yield { path: '/', message: `is called ${JSON.stringify(tree.root.name)}` };
      for (const node of tree.nodes()) {
        if (node.name === '') yield { path: node.path, message: 'has no name' };
        else if (node.name.length > MAX_NODE_NAME)
          yield { path: node.path, message: `has a name of ${node.name.length} characters` };
      }
    },
  },
  {
    id: 'property-name',
    severity: 'warning',
    certainty: 'read',
    reason:
      'names are compared as C strings, so one that fills its field runs into the length; of two alike the first is found',
    *check(tree) {
      for (const node of tree.nodes()) {
        const seen = new Set<string>();
        for (const { name, path } of node.properties) {
          if (name.length === NAME_FIELD_SIZE) yield { path, message: `has ${NAME_FIELD_SIZE} characters and no NUL` };
          if (seen.has(name)) yield { path, message: 'is there twice' };
          seen.add(name);
        }
      }
    },
  },
];
