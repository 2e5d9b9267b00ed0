// Entry of the benchmark image on a `virt` board: EL1, MMU off. Builds identity tables (4K granule, 1 GiB blocks: device
// memory below 0x40000000, normal memory above), turns on MMU and caches, and calls main on its own stack.
    .section .text.start, "ax"
    .global _start
_start:
    mrs     x0, mpidr_el1
    and     x0, x0, #0xff
    cbnz    x0, halt
    adrp    x0, stack_top
    add     sp, x0, #0
    mov     x0, #(3 << 20)              // FP and SIMD without traps
    msr     cpacr_el1, x0
    adrp    x0, vectors
    add     x0, x0, :lo12:vectors
    msr     vbar_el1, x0

    mov     x0, #0x04ff                 // index 0 0xff normal, index 1 0x04 device
    msr     mair_el1, x0
    ldr     x0, =0x200803519            // T0SZ 25, inner shareable write-back, 4K, IPS 40 bits, EPD1
    msr     tcr_el1, x0

    adrp    x1, tables
    ldr     x2, =0x0060000000000405       // block at 0: device, AF, execute never
    str     x2, [x1]
    ldr     x2, =0x40000701             // block at 1 GiB: normal, inner shareable, AF
    str     x2, [x1, #8]
    ldr     x2, =0x80000701
    str     x2, [x1, #16]
    msr     ttbr0_el1, x1
    dsb     sy
    isb
    mrs     x0, sctlr_el1
    ldr     x2, =0x1005                 // M, C, I
    orr     x0, x0, x2
    msr     sctlr_el1, x0
    isb
    bl      main
    ldr     x0, =0x84000008             // PSCI SYSTEM_OFF
    hvc     #0
halt:
    wfi
    b       halt

// Any exception is a failure: print and power off.
    .balign 2048
vectors:
    .rept 16
    .balign 128
    b       fault
    .endr
fault:
    mrs     x0, esr_el1
    mrs     x1, elr_el1
    mrs     x2, far_el1
    bl      report_fault
    ldr     x0, =0x84000008
    hvc     #0
    b       halt

    .bss
    .balign 4096
tables:
    .space 4096
    .space 65536
stack_top:
