// The instructions that a compiled XNU is made of, beyond the base set: each line that is printed is a name and a hash of
// all results of a group, and must be what QEMU prints. Runs at EL1 where it is loaded, 0x42000000 to 0x43ffffff,
// with the MMU on: 16K pages, 47 bits.
  .arch armv8.5-a+crypto
  .equ UART, 0x09000000
  .equ DATA, 0x42800000
  .equ TABLES, 0x42900000
  .macro fold register        // x28 = hash, x27 = its factor
  eor x28, \register, x28, ror #13
  mul x28, x28, x27
  .endm
  .macro foldv                // v0
  umov x26, v0.d[0]
  fold x26
  umov x26, v0.d[1]
  fold x26
  .endm
  .macro flags
  mrs x26, nzcv
  fold x26
  .endm
  .macro group name
  mov x28, #0
  adr x21, 1f
  b 2f
1:.asciz "\name "
  .balign 4
2:
  .endm
  .macro next                 // x0, x1: other operands, x2: other memory
  fold x0
  ror x0, x0, #7
  eor x1, x1, x0, lsl #3
  add x1, x1, x28
  .endm
  .macro v instruction:vararg // its result in v0
  \instruction
  foldv
  .endm
  .macro x instruction:vararg // its result in x3
  \instruction
  fold x3
  .endm

start:
  ldr x20, =TABLES
  add x1, x20, #0x4000
  orr x1, x1, #3
  str x1, [x20]
  ldr x1, =(0x08000000 + 0x40d)
  add x2, x20, #0x4000
  str x1, [x2, #32]
  ldr x1, =(0x42000000 + 0x701)
  str x1, [x2, #264]
  ldr x1, =0x0c08044f00bb44ff
  msr mair_el1, x1
  ldr x1, =0x226511a511
  msr tcr_el1, x1
  msr ttbr0_el1, x20
  msr ttbr1_el1, x20
  mov x1, #(3 << 20)
  msr cpacr_el1, x1
  isb
  tlbi vmalle1
  dsb sy
  isb
  ldr x1, =0x3454593d
  msr sctlr_el1, x1
  isb
  ldr x25, =DATA
  ldr x27, =0x9e3779b97f4a7c15
  ldr x0, =0x0123456789abcdef
  ldr x1, =0xfedcba9876543210
  ldr x2, =0x8000000080008080
  str x2, [x25]

  .macro atomic op
  .irp order, , a, l, al
  x \op\order x0, x3, [x25]
  next
  .endr
  .irp order, , a, l, al, b, ab, lb, alb, h, ah, lh, alh
  x \op\order w1, w3, [x25]
  next
  .endr
  x ldr x3, [x25]
  .endm
  group atomics
  .irp op, ldadd, ldclr, ldeor, ldset, ldsmax, ldsmin, ldumax, ldumin, swp
  atomic \op
  .endr
  .irp op, stadd, stclr, steor, stset, stsmax, stsmin, stumax, stumin
  .irp order, , l, b, lb, h, lh
  \op\order w1, [x25]
  .endr
  \op x0, [x25]
  x ldr x3, [x25]
  next
  .endr
  bl finish

  group compare
  .macro compares op, load, r
  \load \r\()3, [x25]         // equal, then different
  x \op \r\()3, \r\()0, [x25]
  \op \r\()1, \r\()0, [x25]
  fold x1
  next
  .endm
  .irp op, cas, casa, casl, casal
  compares \op, ldr, x
  compares \op, ldr, w
  .endr
  .irp op, casb, casab, caslb, casalb
  compares \op, ldrb, w
  .endr
  .irp op, cash, casah, caslh, casalh
  compares \op, ldrh, w
  .endr
  .irp op, casp, caspa, caspl, caspal
  ldp x4, x5, [x25]
  mov x6, x0
  mov x7, x1
  \op x4, x5, x6, x7, [x25]
  fold x4
  \op x4, x5, x0, x1, [x25]
  fold x4
  fold x5
  ldp w4, w5, [x25]
  \op w4, w5, w0, w1, [x25]
  ldp x6, x7, [x25]
  fold x6
  fold x7
  next
  .endr
  bl finish

  group exclusives
  .macro exclusive load, store, r
  \load \r\()3, [x25]
  x \store w4, \r\()0, [x25]
  fold x4
  \store w4, \r\()1, [x25]    // no longer reserved
  fold x4
  next
  .endm
  exclusive ldxr, stxr, x
  exclusive ldaxr, stlxr, w
  exclusive ldxrb, stxrb, w
  exclusive ldaxrh, stlxrh, w
  ldxp x3, x4, [x25]
  stxp w5, x1, x0, [x25]
  fold x5
  ldaxp w3, w4, [x25]
  stlxp w5, w0, w1, [x25]
  fold x5
  ldaxr x3, [x25]
  clrex
  stlxr w4, x0, [x25]
  fold x4
  x ldp x3, x4, [x25]
  fold x4
  x ldapr x3, [x25]
  x ldaprb w3, [x25]
  x ldaprh w3, [x25]
  stnp x0, x1, [x25, #32]
  x ldnp x4, x3, [x25, #32]
  fold x4
  stlr w0, [x25]
  x ldar x3, [x25]
  sevl
  wfe
  bl finish

  group scalar
  ldr x3, =0x400921fb54442d18
  fmov d1, x3
  ldr x3, =0xc005bf0a8b145769
  fmov d2, x3
  scvtf d3, x0
  ucvtf d4, x1
  .macro two op
  v \op d0, d1, d2
  v \op s0, s3, s4
  .endm
  .irp op, fadd, fsub, fmul, fdiv, fmax, fmin, fmaxnm, fminnm, fnmul, fabd, fmulx, frecps, frsqrts
  two \op
  .endr
  .macro one op
  v \op d0, d1
  v \op s0, s3
  .endm
  .irp op, fabs, fneg, fsqrt, frinta, frinti, frintm, frintn, frintp, frintx, frintz, frecpe, frsqrte
  one \op
  .endr
  .irp op, fmadd, fmsub, fnmadd, fnmsub
  v \op d0, d1, d2, d3
  v \op s0, s1, s2, s4
  .endr
  .irp op, fcvtzs, fcvtzu, fcvtas, fcvtns, fcvtps, fcvtms, fcvtau, fcvtpu
  x \op x3, d2
  x \op w3, s4
  .endr
  v fcvt s0, d1
  v fcvt h0, d2
  v fcvt d0, s3
  fcmp d1, d2
  flags
  fcmpe s3, #0.0
  flags
  fccmp d1, d2, #5, gt
  flags
  v fcsel d0, d1, d2, le
  x fjcvtzs w3, d2
  bl finish

  group vectors
  fmov d1, x0
  mov v1.d[1], x1
  dup v2.2d, x28
  ld1 {v3.16b}, [x25]
  .macro three op, sizes:vararg
  .irp size, \sizes
  v \op v0.\size, v1.\size, v3.\size
  .endr
  .endm
  .irp op, add, sub, cmeq, cmgt, cmhi, cmge, cmhs, cmtst, uzp1, uzp2, zip1, zip2, trn1, trn2, addp, sqadd, uqsub, sshl, ushl
  three \op, 16b, 8h, 4s, 2d
  .endr
  .irp op, mul, mla, smax, umin, sabd, uaba, shadd, urhadd, umaxp, sminp
  three \op, 16b, 8h, 4s
  .endr
  .irp op, and, orr, eor, bic, orn, bsl, bit, bif, pmul
  three \op, 16b
  .endr
  .irp op, fadd, fmul, fmla, fdiv, fcmgt, faddp, fmaxnm
  three \op, 4s, 2d
  .endr
  .macro unary op, sizes:vararg
  .irp size, \sizes
  v \op v0.\size, v1.\size
  .endr
  .endm
  unary cnt, 8b, 16b
  unary rev64, 16b, 8h, 4s
  unary rev32, 16b, 8h
  unary rbit, 16b
  unary clz, 16b, 8h, 4s
  unary abs, 16b, 8h, 4s, 2d
  unary neg, 16b, 2d
  unary not, 16b
  unary fsqrt, 4s, 2d
  unary scvtf, 4s, 2d
  v uaddlv h0, v1.16b
  v uaddlv h0, v1.8b
  v addv b0, v1.16b
  v smaxv h0, v1.8h
  v uaddlp v0.8h, v1.16b
  v uadalp v0.4s, v3.8h
  v umull2 v0.8h, v1.16b, v3.16b
  v smlal v0.2d, v1.2s, v3.2s
  v pmull v0.1q, v1.1d, v3.1d
  v xtn2 v0.16b, v1.8h
  v sqxtun v0.4h, v1.4s
  v ushll2 v0.4s, v1.8h, #3
  v sshr v0.2d, v1.2d, #9
  v sri v0.4s, v3.4s, #5
  v sli v0.16b, v1.16b, #2
  v ext v0.16b, v1.16b, v3.16b, #5
  v tbl v0.16b, {v1.16b}, v3.16b
  v tbx v0.16b, {v2.16b, v3.16b}, v1.16b
  v dup v0.8h, v1.h[3]
  v ins v0.s[2], v3.s[1]
  v movi v0.16b, #0x5a
  v fmov v0.2d, #1.5
  st2 {v2.4s, v3.4s}, [x25]
  ld3 {v4.8b, v5.8b, v6.8b}, [x25]
  v mov v0.16b, v5.16b
  v ld1r {v0.4h}, [x25]
  st1 {v1.b}[7], [x25]
  ldp q4, q5, [x25]
  v mov v0.16b, v4.16b
  bl finish

  group checksums
  x crc32b w3, w0, w1
  x crc32x w3, w3, x1
  x crc32cw w3, w3, w0
  .irp op, aese, aesd
  mov v0.16b, v1.16b
  v \op v0.16b, v3.16b
  .endr
  v aesmc v0.16b, v1.16b
  v aesimc v0.16b, v3.16b
  v sha1h s0, s1
  v sha256su0 v0.4s, v1.4s
  v sha256su1 v0.4s, v1.4s, v3.4s
  v sha256h q0, q1, v3.4s
  v sha256h2 q0, q3, v1.4s
  bl finish

  group pointers              // keys off: signing does nothing; on: what was signed is found right, XPAC strips it
  .irp enable, 0, 0xc8002000
  ldr x3, =0x3454593d
  ldr x4, =\enable
  orr x3, x3, x4
  msr sctlr_el1, x3
  isb
  msr S3_0_C2_C1_2, x0        // APIBKeyLo_EL1
  msr S3_0_C2_C1_3, x1
  isb
  mov sp, x25
  adr x30, 1f
  pacibsp
  mov x5, x30
  autibsp
  adr x3, 1f
  x sub x3, x3, x30
  mov x30, x5
  xpaci x5
  .if \enable                 // QEMU 7.2 strips only when a key is enabled
  adr x3, 1f
  sub x5, x5, x3
  fold x5
  .endif
  retab
1:mov x3, x25
  pacda x3, x0
  autda x3, x0
  x sub x3, x3, x25
  .endr
  ldr x3, =0x3454593d
  msr sctlr_el1, x3
  isb
  bl finish

  group registers             // written and read back
  .macro kept register, value
  ldr x3, =\value
  msr \register, x3
  x mrs x3, \register
  .endm
  kept tpidr_el0, 0x1122334455667788
  kept tpidr_el1, 0x8877665544332211
  kept tpidrro_el0, 0x8000000000000007
  kept contextidr_el1, 0x12345678
  kept cntkctl_el1, 0x26
  kept mdscr_el1, 0x1000
  kept par_el1, 0
  kept fpcr, 0x01000000
  kept fpsr, 0x0800009f
  kept sp_el0, 0x4280fff0
  kept spsr_el1, 0x604003c4
  kept elr_el1, 0xfffffe0007404000
  kept far_el1, 0x7e0000004000
  kept esr_el1, 0x9600004f
  kept daif, 0x3c0
  kept ttbr0_el1, 0x00ff000042900000
  msr fpcr, xzr
  msr csselr_el1, xzr
  isb
  mrs x3, ccsidr_el1
  and x3, x3, #7              // bytes of a line, as CTR_EL0 has them
  mrs x4, ctr_el0
  ubfx x4, x4, #16, #4
  add x3, x3, #2
  x sub x3, x3, x4
  x mrs x3, isr_el1
  msr oslar_el1, xzr
  x mrs x3, oslsr_el1
  tlbi aside1is, x3
  tlbi vae1is, x3
  tlbi vale1is, x3
  tlbi vaae1is, x3
  dsb ish
  ic ivau, x25
  dc civac, x25
  isb
  bl finish

  ldr x0, =0x84000008         // SYSTEM_OFF
  hvc #0
  b .
  .ltorg

finish:                       // x21: name, x28: hash
  ldr x24, =UART
1:ldrb w22, [x21], #1
  cbz w22, 2f
  str w22, [x24]
  b 1b
2:mov x23, #60
3:lsr x22, x28, x23
  and x22, x22, #15
  cmp x22, #10
  add x26, x22, #'0'
  add x22, x22, #('a' - 10)
  csel x22, x26, x22, lo
  str w22, [x24]
  subs x23, x23, #4
  b.pl 3b
  mov w22, #10
  str w22, [x24]
  ret
  .ltorg
