// Numbers that C and assembly share.
#pragma once

#define PAGE_SHIFT 14
#define PAGE_SIZE (1 << PAGE_SHIFT)
#define BLOCK_SIZE (1 << 25) // what a level 2 entry covers
#define BOOTSTRAP_PAGES 4
#define STACK_SIZE (2 * PAGE_SIZE)

// Offsets in struct boot_args.
#define BA_VIRT_BASE 0x08
#define BA_MEM_SIZE 0x18

// The values that XNU uses on these machines.
#define MAIR_VALUE 0x0c08044f00bb44ff // index 0 write-back, 3 nGnRnE, 5 nGnRE
#define TCR_VALUE 0x000000226511a511  // 16K granules, T0SZ = T1SZ = 17, TBI0, 40-bit physical addresses
#define SCTLR_VALUE 0x3454593d        // SPAN clear: every exception to EL1 sets PAN

// A block of the first tables: valid, AttrIndx 0, outer shareable, AF; UXN.
#define BOOT_BLOCK_LO 0x0601
#define BOOT_BLOCK_HI 0x0040

// struct context: x0-x30, sp, pc, cpsr, esr, far, and FP registers for user mode.
#define CTX_SP (31 * 8)
#define CTX_PC (32 * 8)
#define CTX_CPSR (33 * 8)
#define CTX_ESR (34 * 8)
#define CTX_FAR (35 * 8)
#define CTX_SIZE (36 * 8)

#ifdef __ASSEMBLER__
.macro LOAD64 reg, value
        movz    \reg, #((\value) & 0xffff)
        movk    \reg, #(((\value) >> 16) & 0xffff), lsl #16
        movk    \reg, #(((\value) >> 32) & 0xffff), lsl #32
        movk    \reg, #(((\value) >> 48) & 0xffff), lsl #48
.endm
#endif
