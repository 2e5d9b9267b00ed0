// Copies between kernel and user memory. PAN is off only in here; a fault at one of these
// instructions makes the trap handler continue at copyio_fault.
#include "asm.h"
        .arch_extension pan
        .section .text, "ax"

// int copyin_bytes(const void *user, void *kernel, size_t length), and copyout_bytes(const void *kernel, void *user, size_t length)
        .globl  copyin_bytes, copyout_bytes, copyio_start, copyio_end, copyio_fault
copyin_bytes:
copyout_bytes:
        msr     PAN, #0
copyio_start:
1:      subs    x2, x2, #8
        b.lo    2f
        ldr     x3, [x0], #8
        str     x3, [x1], #8
        b       1b
2:      adds    x2, x2, #8
        b.eq    4f
3:      ldrb    w3, [x0], #1
        strb    w3, [x1], #1
        subs    x2, x2, #1
        b.ne    3b
copyio_end:
4:      msr     PAN, #1
        mov     w0, #0
        ret
copyio_fault:
        msr     PAN, #1
        mov     w0, #14                 // EFAULT
        ret
