// as XNU does it: on SP_EL0, the virtual timer as group 0 comes by the FIQ vector, an SGI of group 1 by the IRQ vector
  .equ GICD, 0x08000000
  .equ GICR, 0x080a0000
  adr x0, vectors
  msr vbar_el1, x0
  msr spsel, #0
  isb
  ldr x1, =GICD
  mov w0, #3
  str w0, [x1]
  ldr x1, =GICR
  str wzr, [x1, #0x14]
  add x1, x1, #0x10000
  mov w0, #1
  str w0, [x1, #0x80]     // SGI 0 is group 1, PPI 27 is group 0
  mov w0, #1
  orr w0, w0, #(1 << 27)
  str w0, [x1, #0x100]
  mov x0, #0xf0
  msr S3_0_C4_C6_0, x0    // PMR
  mov x0, #1
  msr S3_0_C12_C12_6, x0  // IGRPEN0
  msr S3_0_C12_C12_7, x0  // IGRPEN1
  isb
  mov x19, #0
  mov x0, #500
  msr cntv_tval_el0, x0
  mov x0, #1
  msr cntv_ctl_el0, x0
  msr daifclr, #3
1: wfi
  cbz x19, 1b
  mov x0, #1              // SGI 0 to CPU 0
  msr S3_0_C12_C11_5, x0
  isb
2: cmp x19, #3
  b.ne 2b
  ldr x0, =0x84000008
  hvc #0
  b .
fiq:
  mrs x0, S3_0_C12_C12_0  // IAR1: the interrupt is not of this group
  ldr x1, =0x09000000
  mov w2, #'1'
  cmp w0, #1023
  b.ne print
  mrs x0, S3_0_C12_C8_0   // IAR0
  mov w2, #'2'
  cmp w0, #27
  b.ne print
  msr cntv_ctl_el0, xzr
  msr S3_0_C12_C8_1, x0   // EOIR0
  orr x19, x19, #1
  mov w2, #'F'
  str w2, [x1]
  eret
irq:
  mrs x0, S3_0_C12_C12_0  // IAR1
  ldr x1, =0x09000000
  mov w2, #'3'
  cbnz w0, print
  msr S3_0_C12_C12_1, x0
  orr x19, x19, #2
  mov w2, #'I'
  str w2, [x1]
  eret
print:
  str w2, [x1]
  b .
  .ltorg
  .balign 2048
vectors:
  .space 0x80
  b irq
  .space 0x7c
  b fiq
