import { defineConfig } from 'vitepress';

const packages = ['img4', 'apple-devicetree', 'macho-kc', 'arm64-emu', 'boot-recipes'];
/** Pages of the API by entry. A package that exports namespaces has a folder. */
const entries = {
  img4: 'img4/src',
  'apple-devicetree': 'apple-devicetree/src/',
  'macho-kc': 'macho-kc/src',
  'arm64-emu': 'arm64-emu/src',
  'arm64-emu/worker': 'arm64-emu/src/worker',
  'boot-recipes': 'boot-recipes/src',
};

export default defineConfig({
  title: 'Apple Silicon boot libraries',
  description: 'Read, write, patch and boot Apple Silicon firmware formats from TypeScript',
  cleanUrls: true,
  srcExclude: ['README.md'],
  themeConfig: {
    nav: [
      { text: 'Guides', link: '/guide/boot-recipes' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: [
      { text: 'Guides', items: packages.map(name => ({ text: name, link: `/guide/${name}` })) },
      {
        text: 'Reference',
        items: [
          { text: 'Four-character codes', link: '/guide/img4-codes' },
          { text: 'Run a function', link: '/guide/arm64-emu-embedding' },
          { text: 'Hooks', link: '/guide/arm64-emu-hooks' },
          { text: 'Write a device', link: '/guide/arm64-emu-write-device' },
          { text: 'Debug with GDB or LLDB', link: '/guide/arm64-emu-gdb' },
          { text: 'Trace and profile', link: '/guide/arm64-emu-trace' },
          { text: 'Fuzz with snapshots', link: '/guide/arm64-emu-fuzzing' },
          { text: 'Record and replay', link: '/guide/arm64-emu-record' },
          { text: 'In a browser', link: '/guide/arm64-emu-browser' },
          { text: 'Coming from Unicorn or QEMU', link: '/guide/arm64-emu-coming-from' },
          { text: 'Devices and virt', link: '/guide/arm64-emu-devices' },
          { text: 'Instructions', link: '/guide/arm64-emu-instructions' },
          { text: 'System registers', link: '/guide/arm64-emu-system' },
        ],
      },
      { text: 'API reference', items: Object.entries(entries).map(([text, page]) => ({ text, link: `/api/${page}` })) },
    ],
    search: { provider: 'local' },
  },
});
