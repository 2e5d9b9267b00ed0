/**
 * The guest of `translation.ts`: for each case it sets TCR, TTBR1, MAIR and PAN, executes an AT or a load on an address
 * of the upper range, and prints PAR_EL1 (or the value loaded), or ESR_EL1 and FAR_EL1 of the exception, on the PL011.
 * It runs in the lower range, which maps 2 GiB flat in blocks.
 */

/** Physical addresses, and where the vectors' only branch is. */
export const GUEST = { code: 0x4018_0000, fault: 0xa00, cases: 0x4020_0000, tables: 0x4040_0000, tableSize: 0x20_0000 };
/** Bytes of a case: TCR, TTBR1, MAIR, address, operation, PAN in bit 22. The first 64 bytes hold the number of cases. */
export const CASE_BYTES = 64;

/** Operations by number. */
export const OPERATIONS = ['S1E1R', 'S1E1W', 'S1E0R', 'S1E0W', 'S1E1RP', 'S1E1WP', 'LDR', 'LDTR'] as const;

export const GUEST_CODE = [
  ...[0xd2a80200, 0xd2808021, 0xf9000001], // movz x0, #0x4010, lsl #16; movz x1, #0x0401; str x1, [x0]
  ...[0xd2a80001, 0xf280e0a1, 0xf9000401], // x1 = 0x40000705; str x1, [x0, #8]
  ...[0xd5182000, 0x10003f20, 0xd518c000], // msr ttbr0_el1, x0; adr x0, vectors; msr vbar_el1, x0
  ...[0xd2a1201c, 0xd2a80414, 0xf8440695], // x28 = UART; x20 = cases; ldr x21, [x20], #64
  ...[0xa9400a81, 0xa9411283, 0xa9421a85], // next: ldp x1, x2, [x20]; ldp x3, x4, [x20, #16]; ldp x5, x6, [x20, #32]
  ...[0xd5182041, 0xd5182022, 0xd518a203], // msr tcr_el1, x1; msr ttbr1_el1, x2; msr mair_el1, x3
  ...[0xd5381007, 0xd28200a8, 0xaa0800e7, 0xd5181007], // sctlr_el1 |= 0x1005
  ...[0xd508871f, 0xd5033f9f, 0xd5033fdf, 0xd5184266], // tlbi vmalle1; dsb sy; isb; msr pan, x6
  ...[0xd280000a, 0xd280000b], // mov x10, #0; mov x11, #0
  ...[0x10000068, 0x8b050d08, 0xd61f0100], // adr x8, table; add x8, x8, x5, lsl #3; br x8
  ...[0xd5087804, 0x1400000f], // table: at s1e1r, x4; b par
  ...[0xd5087824, 0x1400000d], // at s1e1w, x4; b par
  ...[0xd5087844, 0x1400000b], // at s1e0r, x4; b par
  ...[0xd5087864, 0x14000009], // at s1e0w, x4; b par
  ...[0xd5087904, 0x14000007], // at s1e1rp, x4; b par
  ...[0xd5087924, 0x14000005], // at s1e1wp, x4; b par
  ...[0xf940008a, 0x14000005], // ldr x10, [x4]; b print
  ...[0xf840088a, 0x14000003], // ldtr x10, [x4]; b print
  ...[0xd5033fdf, 0xd538740a], // par: isb; mrs x10, par_el1
  ...[0xaa0a03ec, 0x9400000b, 0xaa0b03ec, 0x94000009], // print: mov x12, x10; bl hex; mov x12, x11; bl hex
  ...[0x5280014d, 0x3900038d], // mov w13, #'\n'; strb w13, [x28]
  ...[0x91010294, 0xf10006b5, 0x54fffa61], // add x20, x20, #64; subs x21, x21, #1; b.ne next
  ...[0xd2b08000, 0xf2800100, 0xd4000002], // PSCI SYSTEM_OFF
  ...[0xd280078e, 0x9ace258d, 0x92400dad, 0xf10029bf], // hex: mov x14, #60; 1: x13 = x12 >> x14 & 15; cmp x13, #10
  ...[0x9100c1af, 0x91015db0, 0x9a9031ed, 0x3900038d], // the digit; strb w13, [x28]
  ...[0xf10011ce, 0x54ffff05], // subs x14, x14, #4; b.pl 1b
  ...[0x5280040d, 0x3900038d, 0xd65f03c0], // mov w13, #' '; strb w13, [x28]; ret
  ...[0xd538520a, 0xd538600b], // fault: mrs x10, esr_el1; mrs x11, far_el1
  ...[0x10fffcad, 0xd518402d, 0xd69f03e0], // adr x13, print; msr elr_el1, x13; eret
];
/** b fault */
export const GUEST_VECTOR = 0x17fffdca;
