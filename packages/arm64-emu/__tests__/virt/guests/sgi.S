// CPU 0 starts CPU 1 by PSCI, which sends SGI 2 back; CPU 0 prints
  adr x0, vectors
  msr vbar_el1, x0
  mov w9, #3
  ldr x1, =0x08000000
  str w9, [x1]
  bl setup
  ldr x0, =0xc4000003
  mov x1, #1
  adr x2, second
  mov x3, #0x55
  hvc #0
  cbnz x0, bad
  msr daifclr, #2
1: wfi
  cbz x19, 1b
  ldr x0, =0x84000008
  hvc #0
  b .
setup: // x1 clobbered; redistributor by Aff0
  mrs x3, mpidr_el1
  and x3, x3, #0xff
  ldr x1, =0x080a0000
  add x1, x1, x3, lsl #17
  str wzr, [x1, #0x14]
  add x1, x1, #0x10000
  mov w4, #-1
  str w4, [x1, #0x80]
  mov w4, #4
  str w4, [x1, #0x100]
  mov x4, #0xf0
  msr S3_0_C4_C6_0, x4
  mov x4, #1
  msr S3_0_C12_C12_7, x4
  isb
  ret
second:
  cmp x0, #0x55
  b.ne bad
  bl setup
  mov x0, #1
  movk x0, #0x200, lsl #16
  msr S3_0_C12_C11_5, x0
1: wfi
  b 1b
irq:
  mrs x0, S3_0_C12_C12_0
  cmp w0, #2
  b.ne bad
  msr S3_0_C12_C12_1, x0
  mov x19, #1
  ldr x1, =0x09000000
  mov w2, #'S'
  str w2, [x1]
  eret
bad:
  ldr x1, =0x09000000
  mov w2, #'!'
  str w2, [x1]
  ldr x0, =0x84000008
  hvc #0
  b .
  .ltorg
  .balign 2048
vectors:
  .space 0x280
  b irq
