// What XNU of the VMAPPLE board needs of a machine, a letter for each, as the kernel does it: entered at EL1 with the MMU
// off and X0 = boot_args, RAM at 0x40000000, VA = PA - 0x40000000 + 0xfffffe0004000000. A '!' stands for what failed.
  .arch armv8.5-a
  .equ UART, 0x09000000
  .equ GICD, 0x08000000
  .equ GICR, 0x080a0000
  .equ TABLES, 0x48000000
  .equ OFFSET, 0xfffffe0004000000 - 0x40000000
  .macro put letter
  mov w0, #\letter
  bl put_char
  .endm
  .macro translate            // clobbers x1
  ldr x1, =0x0c08044f00bb44ff
  msr mair_el1, x1
  ldr x1, =0x226511a511       // 16K pages, 47 bits on both sides, TBI0, 40-bit physical addresses
  msr tcr_el1, x1
  ldr x1, =TABLES
  msr ttbr1_el1, x1
  ldr x1, =(TABLES + 0xc000)
  msr ttbr0_el1, x1
  isb
  tlbi vmalle1is
  dsb ish
  isb
  ldr x1, =0x3454593d
  msr sctlr_el1, x1
  isb
  mrs x2, sctlr_el1
  .endm

start:
  mov x26, x0
  ldr x20, =TABLES
  add x1, x20, #0x4000        // TTBR1: level 1, 2, 3
  orr x1, x1, #3
  mov x2, #2016
  str x1, [x20, x2, lsl #3]
  add x3, x20, #0x4000
  ldr x1, =(0x42000000 + 0x701)
  str x1, [x3, #24]           // 32 MiB blocks
  ldr x1, =(0x48000000 + 0x701)
  str x1, [x3, #48]
  ldr x1, =(TABLES + 0x8003)
  str x1, [x3, #128]
  ldr x1, =(0x48020000 + 0x703)
  ldr x2, =(TABLES + 0x8000)
  str x1, [x2]
  add x3, x20, #0xc000        // TTBR0: devices and this code where they are, user pages near the top
  ldr x1, =(TABLES + 0x10003)
  str x1, [x3]
  ldr x1, =(TABLES + 0x14003)
  mov x2, #2016
  str x1, [x3, x2, lsl #3]
  add x3, x20, #0x10000
  ldr x1, =(0x08000000 + 0x40d)
  str x1, [x3, #32]
  ldr x1, =(0x42000000 + 0x701)
  str x1, [x3, #264]
  ldr x1, =(TABLES + 0x18003)
  ldr x3, =(TABLES + 0x14000)
  str x1, [x3]
  ldr x3, =(TABLES + 0x18000)
  ldr x1, =(0x48028000 + 0xfc3)   // code: read-only for both, not global
  str x1, [x3]
  ldr x1, =(0x4802c000 + 0xfc3)   // data, to be copied on write
  str x1, [x3, #8]
  ldr x1, =(0x48030000 + 0xb43)   // data, access flag clear
  str x1, [x3, #16]
  ldr x3, =0x48020000
  mov w1, #1
  str w1, [x3]
  mov w1, #2
  add x3, x3, #0x4000
  str w1, [x3]
  translate
  cmp x1, x2
  adr x0, high
  ldr x2, =OFFSET
  add x0, x0, x2
  br x0
high:
  b.ne fail
  ldr x0, =OFFSET
  add x0, x0, x26
  ldrh w1, [x0]               // boot_args: revision 2, physBase
  cmp w1, #2
  b.ne fail
  ldr x1, [x0, #16]
  mov w2, #0x40000000
  cmp x1, x2
  b.ne fail
  put 'M'

  adr x0, vectors
  msr vbar_el1, x0
  msr spsel, #0
  isb
  mov x19, #0
  msr pan, #0
  brk #0x123
  cmp x19, #0x123             // the vector of SP0; PAN is set on entry
  b.ne fail
  cbz x23, fail
  mrs x0, pan
  cbnz x0, fail               // and back as it was
  put 'B'

  ldr x24, =0x7e0000004000
  mov x19, #0
  ldr w0, [x24]
  cbnz x19, fail
  msr pan, #1
  ldr w0, [x24]
  cmp x19, #0x0f              // permission fault, level 3
  b.ne fail
  mov x19, #0
  ldtr w0, [x24]
  cbnz x19, fail
  put 'P'
  msr pan, #0

  at s1e1r, x24
  isb
  mrs x0, par_el1
  tbnz x0, #0, fail
  ubfx x0, x0, #12, #36
  ldr x1, =0x4802c
  cmp x0, x1
  b.ne fail
  at s1e1w, x24
  isb
  mrs x0, par_el1
  and x0, x0, #0x7f
  cmp x0, #(0x0f << 1 | 1)
  b.ne fail
  put 'A'

  ldr x25, =0xfffffe0020000000
  ldr x5, =(TABLES + 0x8000 + OFFSET)
  ldr x6, =(0x48020000 + 0x703)
  ldr x7, =(0x48024000 + 0x703)
  ubfx x4, x25, #14, #37
  movk x4, #0x8000, lsl #32    // TG: 16K; two pages
  ldr w0, [x25]
  cmp w0, #1
  b.ne fail
  str x7, [x5]
  dsb ishst
  tlbi rvae1is, x4
  dsb ish
  isb
  ldr w0, [x25]
  cmp w0, #2
  b.ne fail
  str x6, [x5]
  dsb ishst
  tlbi rvale1is, x4
  dsb ish
  isb
  ldr w0, [x25]
  cmp w0, #1
  b.ne fail
  str x7, [x5]
  dsb ishst
  tlbi rvae1, x4
  dsb ish
  isb
  ldr w0, [x25]
  cmp w0, #2
  b.ne fail
  put 'R'

  adr x0, high
  mov x1, x0
  movk x1, #0x1280, lsl #48
  mrs x3, sctlr_el1           // QEMU 7.2 strips only when a key is enabled
  orr x2, x3, #0x80000000
  msr sctlr_el1, x2
  isb
  xpaci x1
  msr sctlr_el1, x3
  isb
  cmp x0, x1
  b.ne fail
  put 'X'

  mrs x0, dczid_el0
  cmp x0, #4                  // 64 bytes
  b.ne fail
  ldr x0, =(0x48034000 + OFFSET)
  mov x1, #-1
  stp x1, x1, [x0, #48]
  str x1, [x0, #64]
  dc zva, x0
  ldp x2, x3, [x0, #48]
  orr x2, x2, x3
  cbnz x2, fail
  ldr x2, [x0, #64]
  cmp x2, x1
  b.ne fail
  put 'Z'

  mov x21, #0
  ldr x1, =GICR
  ldr w0, [x1, #0x14]
  and w0, w0, #~2
  str w0, [x1, #0x14]
1:ldr w0, [x1, #0x14]
  tbnz w0, #2, 1b
  add x1, x1, #0x10000
  ldr w0, =0x81ffffff         // PPI 27 is of group 0, SGI 0 of group 1
  str w0, [x1, #0x80]
  mov w0, #(1 << 27)
  str w0, [x1, #0x100]
  mov w0, #1
  str w0, [x1, #0x100]
  mrs x0, S3_0_C12_C12_5      // ICC_SRE_EL1
  orr x0, x0, #1
  msr S3_0_C12_C12_5, x0
  isb
  msr S3_0_C12_C8_3, xzr      // ICC_BPR0_EL1
  mov x0, #0xff
  msr S3_0_C4_C6_0, x0        // ICC_PMR_EL1
  mrs x0, S3_0_C12_C12_4      // ICC_CTLR_EL1
  and x0, x0, #~2
  msr S3_0_C12_C12_4, x0
  ldr x1, =GICD
  ldr w0, [x1]
  orr w0, w0, #3
  str w0, [x1]
  mov x0, #1
  msr S3_0_C12_C12_6, x0      // ICC_IGRPEN0_EL1
  msr S3_0_C12_C12_7, x0      // ICC_IGRPEN1_EL1
  isb
  mov x0, #1000
  msr cntv_tval_el0, x0
  mov x0, #1
  msr cntv_ctl_el0, x0
1:wfi                         // masked, so that none is lost between the look and the wait
  msr daifclr, #3
  isb
  msr daifset, #3
  tbz x21, #0, 1b
  put 'F'

  mov x0, #1
  msr S3_0_C12_C11_5, x0      // ICC_SGI1R_EL1: SGI 0 to CPU 0
  isb
  msr daifclr, #3
1:tbz x21, #1, 1b
  msr daifset, #3
  put 'I'

  mov x22, #1
2:mov x21, #0                 // each further CPU
  ldr x0, =0xc4000003         // CPU_ON
  mov x1, x22
  adr x2, second
  ldr x3, =OFFSET
  sub x2, x2, x3
  mov x3, #0x5a
  hvc #0
  cmn x0, #2                  // INVALID_PARAMETERS: there are no more
  b.eq 3f
  cbnz x0, fail
1:wfi
  msr daifclr, #3
  isb
  msr daifset, #3
  tbz x21, #1, 1b
  put 'C'
  add x22, x22, #1
  b 2b
3:

  ldr x0, =(0x48028000 + OFFSET)
  adr x1, user
  mov x2, #16
1:ldr x3, [x1], #8
  str x3, [x0], #8
  subs x2, x2, #1
  b.ne 1b
  ldr x0, =(0x48028000 + OFFSET)
  dc cvau, x0
  dsb ish
  ldr x1, =0x7e0000000000
  ic ivau, x0
  dsb ish
  isb
  msr spsr_el1, xzr
  msr elr_el1, x1
  eret
  .ltorg
  .balign 8
user:
  mov x0, #0x4000
  movk x0, #0x7e00, lsl #32
  mov w1, #7
  str w1, [x0]                // copy on write
  ldr w2, [x0]
  add x0, x0, #0x4000
  ldr w3, [x0]                // access flag
  svc #0x80
  b .
  .space 128
system_call:
  msr spsel, #0
  cmp w2, #7
  b.ne fail
  put 'S'
off:
  mov w0, #10
  bl put_char
  ldr x0, =0x84000008         // SYSTEM_OFF
  hvc #0
  b .
fail:
  put '!'
  b off
put_char:
  ldr x1, =UART
1:ldr w2, [x1, #0x18]
  tbnz w2, #5, 1b
  str w0, [x1]
  ret

second:
  mov x26, x0
  translate
  adr x0, 1f
  ldr x2, =OFFSET
  add x0, x0, x2
  br x0
1:cmp x26, #0x5a
  b.ne 2f
  mov x0, #1
  msr S3_0_C12_C12_5, x0
  isb
  msr S3_0_C12_C11_5, x0
  isb
2:wfi
  b 2b

synchronous:
  mrs x9, esr_el1
  lsr x10, x9, #26
  mrs x11, elr_el1
  add x11, x11, #4
  msr elr_el1, x11
  mrs x23, pan
  and x19, x9, #0xffff
  cmp x10, #0x3c
  b.eq 1f
  and x19, x9, #0x3f
  cmp x10, #0x25
  b.ne fail
1:eret
irq:
  mrs x9, S3_0_C12_C12_0      // ICC_IAR1_EL1
  cbnz x9, fail
  msr S3_0_C12_C12_1, x9
  orr x21, x21, #2
  eret
fiq:
  mrs x9, S3_0_C12_C8_0       // ICC_IAR0_EL1
  cmp x9, #27
  b.ne fail
  msr cntv_ctl_el0, xzr
  msr S3_0_C12_C8_1, x9
  orr x21, x21, #1
  eret
lower:
  mrs x9, esr_el1
  lsr x10, x9, #26
  cmp x10, #0x15
  b.eq system_call
  cmp x10, #0x24
  b.ne fail
  and x9, x9, #0x3f
  ldr x12, =(TABLES + 0x18000 + OFFSET)
  cmp x9, #0x0f
  b.eq 1f
  cmp x9, #0x0b
  b.ne fail
  ldr x13, [x12, #16]
  orr x13, x13, #0x400
  str x13, [x12, #16]
  mov w14, #'a'
  b 2f
1:ldr x13, [x12, #8]
  and x13, x13, #~0x80
  str x13, [x12, #8]
  mov w14, #'W'
2:dsb ishst
  mrs x13, far_el1
  ubfx x13, x13, #12, #44
  tlbi vale1is, x13
  dsb ish
  isb
  ldr x10, =UART
  str w14, [x10]
  eret
  .ltorg
  .balign 2048
vectors:
  b synchronous
  .balign 128
  b irq
  .balign 128
  b fiq
  .balign 128
  b fail
  .balign 128
  b fail                      // SP1
  .balign 128
  b fail
  .balign 128
  b fail
  .balign 128
  b fail
  .balign 128
  b lower
