// Entry of the first program: sp points at argc, argv.
        .section .text.start, "ax"
        .globl  _start
_start: ldr     x0, [sp]
        add     x1, sp, #8
        mov     x29, xzr
        bl      main
        mov     x16, #1                 // exit
        svc     #0x80
        brk     #1

// long call(long number, long a, long b, long c): the result, or -errno
        .section .text, "ax"
        .globl  call
call:   mov     x16, x0
        mov     x0, x1
        mov     x1, x2
        mov     x2, x3
        svc     #0x80
        b.cc    1f
        neg     x0, x0
1:      ret
