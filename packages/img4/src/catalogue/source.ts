/**
 * Where a catalogue entry was read: `image`, a genuine image of that type; `ticket`, a genuine manifest;
 * `manifest`, `Img4PayloadType` of a genuine BuildManifest; `certificate`, a genuine certificate's constraints;
 * `idevicerestore`, the component table of that tool's img4.c; `tools`, the constants that several open tools agree on.
 */
export type CatalogueSource = 'image' | 'ticket' | 'manifest' | 'certificate' | 'idevicerestore' | 'tools';
