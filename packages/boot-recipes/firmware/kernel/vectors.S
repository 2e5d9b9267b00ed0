// Exception vectors. The kernel runs at EL1 on SP_EL0; SP_EL1 always points at user_context.
#include "asm.h"

        .macro  VECTOR target
        .balign 0x80
        b       \target
        .endm

        .section .text, "ax"
        .balign 0x800
        .globl  vectors
vectors:
        VECTOR  kernel_sync             // current EL, SP_EL0
        VECTOR  kernel_irq
        VECTOR  kernel_fiq
        VECTOR  kernel_serror
        VECTOR  sp1_sync                // current EL, SP_EL1: only a bug comes here
        VECTOR  sp1_irq
        VECTOR  sp1_fiq
        VECTOR  sp1_serror
        VECTOR  user_sync               // EL0, AArch64
        VECTOR  user_irq
        VECTOR  user_fiq
        VECTOR  user_serror
        VECTOR  sp1_sync                // EL0, AArch32: there is none
        VECTOR  sp1_sync
        VECTOR  sp1_sync
        VECTOR  sp1_sync

        // Saves x2-x28 and the exception's registers to [sp]; x0 and x1 are saved already.
        .macro  SAVE_REST
        stp     x2, x3, [sp, #16]
        stp     x4, x5, [sp, #32]
        stp     x6, x7, [sp, #48]
        stp     x8, x9, [sp, #64]
        stp     x10, x11, [sp, #80]
        stp     x12, x13, [sp, #96]
        stp     x14, x15, [sp, #112]
        stp     x16, x17, [sp, #128]
        stp     x18, x19, [sp, #144]
        stp     x20, x21, [sp, #160]
        stp     x22, x23, [sp, #176]
        stp     x24, x25, [sp, #192]
        stp     x26, x27, [sp, #208]
        stp     x28, x29, [sp, #224]
        mrs     x2, ELR_EL1
        mrs     x3, SPSR_EL1
        mrs     x4, ESR_EL1
        mrs     x5, FAR_EL1
        stp     x2, x3, [sp, #CTX_PC]
        stp     x4, x5, [sp, #CTX_ESR]
        .endm

        .macro  RESTORE_REST
        ldp     x2, x3, [sp, #CTX_PC]
        msr     ELR_EL1, x2
        msr     SPSR_EL1, x3
        ldp     x2, x3, [sp, #16]
        ldp     x4, x5, [sp, #32]
        ldp     x6, x7, [sp, #48]
        ldp     x8, x9, [sp, #64]
        ldp     x10, x11, [sp, #80]
        ldp     x12, x13, [sp, #96]
        ldp     x14, x15, [sp, #112]
        ldp     x16, x17, [sp, #128]
        ldp     x18, x19, [sp, #144]
        ldp     x20, x21, [sp, #160]
        ldp     x22, x23, [sp, #176]
        ldp     x24, x25, [sp, #192]
        ldp     x26, x27, [sp, #208]
        ldp     x28, x29, [sp, #224]
        .endm

        // From the kernel: the context goes on the kernel's stack, unless that stack itself is the trouble.
        .macro  FROM_KERNEL handler
        msr     SPSel, #0
        sub     sp, sp, #CTX_SIZE
        stp     x0, x1, [sp]
        SAVE_REST
        add     x0, sp, #CTX_SIZE
        stp     x30, x0, [sp, #240]
        mov     x0, sp
        stp     x29, x2, [sp, #-16]!    // a frame record, so that a backtrace goes through
        mov     x29, sp
        bl      \handler
        add     sp, sp, #16
        RESTORE_REST
        ldr     x30, [sp, #240]
        ldp     x0, x1, [sp]
        add     sp, sp, #CTX_SIZE
        eret
        .endm

kernel_sync:
        // x0 and x1 are kept in user_context's spare slots while the stack pointer is looked at.
        msr     SPSel, #1
        stp     x0, x1, [sp, #CTX_SIZE]
        mrs     x0, SP_EL0
        ldr     x1, [sp, #(CTX_SIZE + 16)]              // the lowest address of this CPU's stack
        sub     x0, x0, x1
        sub     x0, x0, #(CTX_SIZE + 16)
        mov     x1, #STACK_SIZE
        cmp     x0, x1
        b.hs    stack_overflow
        ldp     x0, x1, [sp, #CTX_SIZE]
        FROM_KERNEL handle_kernel_sync
kernel_irq:
        FROM_KERNEL handle_irq
kernel_fiq:
        FROM_KERNEL handle_fiq
kernel_serror:
        FROM_KERNEL handle_serror

stack_overflow:
        mrs     x2, SP_EL0
        adrp    x0, exception_stack_top
        add     x0, x0, :lo12:exception_stack_top
        msr     SPSel, #0
        mov     sp, x0
        mrs     x0, ELR_EL1
        mrs     x1, FAR_EL1
        b       panic_stack_overflow

        // From user mode: the context goes to user_context, which SP_EL1 points at.
        .macro  FROM_USER handler
        stp     x0, x1, [sp]
        SAVE_REST
        mrs     x0, SP_EL0
        stp     x30, x0, [sp, #240]
        adrp    x1, kernel_stack_top
        add     x1, x1, :lo12:kernel_stack_top
        mov     x0, sp
        msr     SPSel, #0
        mov     sp, x1
        mov     x29, xzr
        bl      \handler
        b       return_to_user
        .endm

user_sync:
        FROM_USER handle_user_sync
user_irq:
        FROM_USER handle_irq
user_fiq:
        FROM_USER handle_fiq
user_serror:
        FROM_USER handle_serror

// Enters user mode with the registers in user_context. FP registers stay: the kernel has no use for them.
        .globl  return_to_user
return_to_user:
        msr     DAIFSet, #0xf
        msr     SPSel, #1
        ldr     x0, [sp, #CTX_SP]
        msr     SP_EL0, x0
        RESTORE_REST
        ldr     x30, [sp, #240]
        ldp     x0, x1, [sp]
        eret

        .macro  FROM_SP1 kind
        mov     x0, #\kind
        mrs     x1, ELR_EL1
        mrs     x2, ESR_EL1
        mrs     x3, FAR_EL1
        adrp    x4, exception_stack_top
        add     x4, x4, :lo12:exception_stack_top
        msr     SPSel, #0
        mov     sp, x4
        b       panic_wrong_vector
        .endm
sp1_sync:
        FROM_SP1 0
sp1_irq:
        FROM_SP1 1
sp1_fiq:
        FROM_SP1 2
sp1_serror:
        FROM_SP1 3
