// takes timer interrupts: CNTV as group 1 IRQ through the GICv3, count to 3, power off
  .equ GICD, 0x08000000
  .equ GICR, 0x080a0000
  adr x0, vectors
  msr vbar_el1, x0
  isb
  ldr x1, =GICD
  mov w0, #3
  str w0, [x1]
  ldr x1, =GICR
  str wzr, [x1, #0x14]
  add x1, x1, #0x10000
  mov w0, #(1 << 27)
  str w0, [x1, #0x80]     // group 1
  str w0, [x1, #0x100]    // enable
  mov x0, #0xf0
  msr S3_0_C4_C6_0, x0    // PMR
  mov x0, #1
  msr S3_0_C12_C12_7, x0  // IGRPEN1
  isb
  mov x19, #0
  mov x0, #1000
  msr cntv_tval_el0, x0
  mov x0, #1
  msr cntv_ctl_el0, x0
  msr daifclr, #2
1: wfi
  cmp x19, #3
  b.lt 1b
  ldr x0, =0x84000008
  hvc #0
  b .
irq:
  mrs x0, S3_0_C12_C12_0  // IAR1
  ldr x1, =0x09000000
  cmp w0, #27
  b.ne bad
  add x19, x19, #1
  add w2, w19, #'0'
  str w2, [x1]
  mov x2, #1000
  msr cntv_tval_el0, x2
  msr S3_0_C12_C12_1, x0  // EOIR1
  eret
bad:
  mov w2, #'!'
  str w2, [x1]
  b .
  .ltorg
  .balign 2048
vectors:
  .space 0x280
  b irq
