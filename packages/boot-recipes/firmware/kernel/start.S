// Entry: EL1, MMU off, DAIF unknown, x0 = physical address of boot_args.
// Builds first tables of 32 MiB blocks behind topOfKernelData, as XNU does, and goes to the kernel's virtual address.
#include "asm.h"

        .section .text.start, "ax"
        .globl  _start
_start:
        msr     DAIFSet, #0xf
        msr     SPSel, #0
        mrs     x1, CurrentEL
        cmp     x1, #(1 << 2)
        b.ne    stop
        mov     x19, x0
        ldp     x20, x21, [x19, #BA_VIRT_BASE]          // virtBase, physBase
        ldp     x22, x23, [x19, #BA_MEM_SIZE]           // memSize, topOfKernelData

        // V - P must be a multiple of the block size, and the tables' home must be a page.
        sub     x24, x20, x21
        tst     x24, #(BLOCK_SIZE - 1)
        b.ne    stop
        tst     x23, #(PAGE_SIZE - 1)
        b.ne    stop

        // Four zeroed pages: L1 and L2 of TTBR1, L1 and L2 of TTBR0 (where V = P).
        add     x1, x23, #(BOOTSTRAP_PAGES * PAGE_SIZE)
        mov     x0, x23
1:      stp     xzr, xzr, [x0], #16
        cmp     x0, x1
        b.lo    1b

        // The kernel's window: every block of RAM.
        add     x0, x23, #PAGE_SIZE                     // L2 of TTBR1
        ubfx    x1, x20, #36, #11
        orr     x2, x0, #3
        str     x2, [x23, x1, lsl #3]
        ubfx    x1, x20, #25, #11                       // first L2 index
        mov     x5, #BLOCK_SIZE
        sub     x3, x5, #1
        add     x3, x3, x22
        lsr     x3, x3, #25                             // blocks
        mov     x2, #BOOT_BLOCK_LO
        movk    x2, #BOOT_BLOCK_HI, lsl #48
        and     x4, x21, #~(BLOCK_SIZE - 1)
        orr     x2, x2, x4
2:      cmp     x1, #2048
        b.hs    stop                                    // one L1 entry covers 64 GiB
        str     x2, [x0, x1, lsl #3]
        add     x2, x2, x5
        add     x1, x1, #1
        subs    x3, x3, #1
        b.ne    2b

        // V = P for the block that runs now.
        adr     x5, _start
        add     x0, x23, #(2 * PAGE_SIZE)
        add     x1, x23, #(3 * PAGE_SIZE)
        ubfx    x2, x5, #36, #11
        orr     x3, x1, #3
        str     x3, [x0, x2, lsl #3]
        mov     x3, #BOOT_BLOCK_LO
        and     x4, x5, #~(BLOCK_SIZE - 1)
        orr     x3, x3, x4
        ubfx    x2, x5, #25, #11
        str     x3, [x1, x2, lsl #3]

        LOAD64  x1, MAIR_VALUE
        msr     MAIR_EL1, x1
        LOAD64  x1, TCR_VALUE
        msr     TCR_EL1, x1
        msr     TTBR0_EL1, x0
        msr     TTBR1_EL1, x23
        mov     x1, #(3 << 20)                          // FPEN: no traps
        msr     CPACR_EL1, x1
        dsb     sy
        isb
        tlbi    vmalle1
        ic      iallu
        dsb     sy
        isb
        LOAD64  x1, SCTLR_VALUE
        msr     SCTLR_EL1, x1
        isb

        adr     x1, at_virtual
        add     x1, x1, x24
        br      x1
at_virtual:
        adrp    x1, vectors
        add     x1, x1, :lo12:vectors
        msr     VBAR_EL1, x1
        adrp    x1, kernel_stack_top
        add     x1, x1, :lo12:kernel_stack_top
        mov     sp, x1                                  // SP_EL0: the kernel's own
        adrp    x1, user_context
        add     x1, x1, :lo12:user_context
        adrp    x2, kernel_stack
        add     x2, x2, :lo12:kernel_stack
        str     x2, [x1, #(CTX_SIZE + 16)]
        msr     SPSel, #1
        mov     sp, x1                                  // SP_EL1: where user registers are saved
        msr     SPSel, #0
        mov     x29, xzr
        mov     x30, xzr
        isb
        add     x0, x19, x24
        bl      kernel_main
stop:   msr     DAIFSet, #0xf
        wfi
        b       stop

// Entry of the other CPUs, by PSCI: MMU off, x0 = physical address of struct secondary.
        .globl  secondary_start
secondary_start:
        msr     DAIFSet, #0xf
        ldp     x1, x2, [x0]                            // ttbr1, identity
        ldp     x24, x20, [x0, #16]                     // delta, stack
        ldp     x21, x22, [x0, #32]                     // context, vectors
        ldr     x23, [x0, #48]                          // cpu
        LOAD64  x3, MAIR_VALUE
        msr     MAIR_EL1, x3
        LOAD64  x3, TCR_VALUE
        msr     TCR_EL1, x3
        msr     TTBR0_EL1, x2
        msr     TTBR1_EL1, x1
        mov     x3, #(3 << 20)
        msr     CPACR_EL1, x3
        dsb     sy
        isb
        tlbi    vmalle1
        ic      iallu
        dsb     sy
        isb
        LOAD64  x3, SCTLR_VALUE
        msr     SCTLR_EL1, x3
        isb
        adr     x3, 1f
        add     x3, x3, x24
        br      x3
1:      msr     VBAR_EL1, x22
        msr     SPSel, #1
        mov     sp, x21
        msr     SPSel, #0
        mov     sp, x20
        mov     x29, xzr
        mov     x30, xzr
        isb
        mov     x0, x23
        bl      secondary_main
        b       stop
