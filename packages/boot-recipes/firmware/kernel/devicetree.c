// The Apple device tree: node {u32 properties, u32 children, properties, children},
// property {char name[32], u32 length, value padded to 4}. Every step stays inside the tree.
#include "kernel.h"

struct dt_node {
  u32 properties, children;
};
struct dt_record {
  char name[32];
  u32 length;
};

static const u8 *tree, *tree_end;

static u64 left(const void *at) { return (u64)(tree_end - (const u8 *)at); }

// What follows the properties of `node`, or NULL when they pass the tree's end.
static const u8 *after_properties(const struct dt_node *node) {
  const u8 *at = (const u8 *)(node + 1);
  for (u32 i = 0; i < node->properties; i++) {
    const struct dt_record *p = (const void *)at;
    if (left(at) < sizeof *p || left(at) - sizeof *p < ROUND_UP(p->length, 4)) return NULL;
    at += sizeof *p + ROUND_UP(p->length, 4);
  }
  return at;
}

static const u8 *after_node(const struct dt_node *node, u32 depth) {
  if (depth > 16 || left(node) < sizeof *node || node->properties == 0) return NULL;
  const u8 *at = after_properties(node);
  for (u32 i = 0; at && i < node->children; i++) at = after_node((const void *)at, depth + 1);
  return at;
}

// Walks the tree once, so that nothing after has to doubt it.
bool dt_open(const void *start, u32 length) {
  tree = start;
  tree_end = tree + length;
  if (((u64)start & 3) == 0 && after_node((const void *)tree, 0)) return true;
  tree = tree_end = NULL;
  return false;
}

const struct dt_node *dt_root(void) { return (const void *)tree; }

bool dt_property_at(const struct dt_node *node, u32 index, const char **name, struct dt_property *out) {
  if (!node || index >= node->properties) return false;
  const u8 *at = (const u8 *)(node + 1);
  for (;; index--) {
    const struct dt_record *p = (const void *)at;
    if (index == 0) {
      *name = p->name;
      *out = (struct dt_property){p + 1, p->length};
      return true;
    }
    at += sizeof *p + ROUND_UP(p->length, 4);
  }
}

bool dt_property(const struct dt_node *node, const char *name, struct dt_property *out) {
  const char *found;
  for (u32 i = 0; dt_property_at(node, i, &found, out); i++)
    if (streq(found, name)) return true;
  return false;
}

const struct dt_node *dt_child(const struct dt_node *node, u32 index) {
  if (!node || index >= node->children) return NULL;
  const u8 *at = after_properties(node);
  while (index--) at = after_node((const void *)at, 1);
  return (const void *)at;
}

// The value as text when it ends in NUL, else NULL.
const char *dt_string(const struct dt_node *node, const char *name) {
  struct dt_property p;
  if (!dt_property(node, name, &p) || p.length == 0 || ((const char *)p.value)[p.length - 1]) return NULL;
  return p.value;
}

bool dt_u32(const struct dt_node *node, const char *name, u32 *out) {
  struct dt_property p;
  if (!dt_property(node, name, &p) || p.length != 4) return false;
  memcpy(out, p.value, 4);
  return true;
}

bool dt_u64_at(const struct dt_node *node, const char *name, u32 index, u64 *out) {
  struct dt_property p;
  if (!dt_property(node, name, &p) || p.length / 8 <= index) return false;
  memcpy(out, (const u8 *)p.value + index * 8, 8);
  return true;
}

const struct dt_node *dt_find(const char *path) {
  const struct dt_node *node = dt_root();
  while (node && *path == '/') {
    const char *name = ++path;
    while (*path && *path != '/') path++;
    size_t n = (size_t)(path - name);
    const struct dt_node *child = NULL;
    for (u32 i = 0; n && (child = dt_child(node, i)); i++) {
      const char *s = dt_string(child, "name");
      if (s && strlen(s) == n && memcmp(s, name, n) == 0) break;
    }
    if (n) node = child;
  }
  return node;
}

// The first node, depth first, that has the property.
const struct dt_node *dt_with_property(const struct dt_node *from, const char *name) {
  struct dt_property p;
  if (!from || dt_property(from, name, &p)) return from;
  const struct dt_node *child, *found;
  for (u32 i = 0; (child = dt_child(from, i)); i++)
    if ((found = dt_with_property(child, name))) return found;
  return NULL;
}
