// EL2: what a hypervisor takes away from EL1 and EL0, stage 2, timers, virtual interrupts, and EL2 as a host's kernel
// (FEAT_VHE). Prints what it finds; QEMU's virt with virtualization=on prints the same.
  .equ UART, 0x09000000
  .equ GICD, 0x08000000
  .equ GICR, 0x080a0000
  .equ HCR_RW, 1 << 31
  .equ STACK, 0x40300000
  .equ STACK1, 0x40310000
  .equ TABLE2, 0x40220000       // stage 2: level 1, 2 and 3 of 4K; one of 64K
  .equ TABLE2L2, 0x40230000
  .equ TABLE2L3, 0x40231000
  .equ TABLE2_64K, 0x40240000
  .equ TABLE1, 0x40250000       // stage 1, identity
  .equ TABLE1L2, 0x40251000
  .equ TABLE1L3, 0x40252000
  .equ PAGES, 0x40400000        // the 2 MiB that TABLE2L3 and TABLE1L3 map

// prints four letters and X0
  .macro VAL a, b, c, d
  movz w1, #(\a | \b << 8)
  movk w1, #(\c | \d << 8), lsl #16
  bl value
  .endm
// a value seen at EL1 or EL0: HVC 1 prints X0 with a number
  .macro TELL n
  mov x1, #\n
  hvc #1
  .endm
  .macro AT_EL1 label
  adr x0, \label
  bl el1
  .endm
  .macro LIT reg, value
  ldr \reg, =\value
  .endm

start:
  ldr x0, =STACK
  mov sp, x0
  adr x0, vectors2
  msr vbar_el2, x0
  adr x0, vectors1
  msr vbar_el1, x0
  msr cptr_el2, xzr
  LIT x0, HCR_RW
  msr hcr_el2, x0
  ldr x0, =0x30d00800
  msr sctlr_el1, x0
  mov x0, #(3 << 20)
  msr cpacr_el1, x0
  mov x0, #3
  msr cnthctl_el2, x0
  isb
  mrs x0, currentel
  VAL 'c', 'r', 'e', 'l'

// ---- identity, and registers of EL2 from EL1
  LIT x0, 0x12345678
  msr vpidr_el2, x0
  LIT x0, 0x80000123
  msr vmpidr_el2, x0
  AT_EL1 who
  mrs x0, sp_el1
  VAL 's', 'p', 'e', '1'

// ---- traps by HCR_EL2, CPTR_EL2, CNTHCTL_EL2, MDCR_EL2
  LIT x0, (HCR_RW | 1 << 26 | 1 << 30)
  msr hcr_el2, x0
  AT_EL1 vm_registers
  LIT x0, (HCR_RW | 7 << 16 | 1 << 21)
  msr hcr_el2, x0
  AT_EL1 id_registers
  LIT x0, (HCR_RW | 1 << 13 | 1 << 19 | 7 << 22 | 1 << 25)
  msr hcr_el2, x0
  AT_EL1 operations
  LIT x0, HCR_RW
  msr hcr_el2, x0
  LIT x0, (1 << 31 | 1 << 10)
  msr cptr_el2, x0
  isb
  fmov d0, xzr
  AT_EL1 fp
  msr cptr_el2, xzr
  msr cpacr_el1, xzr
  AT_EL1 fp
  mov x0, #(3 << 20)
  msr cpacr_el1, x0
  msr cnthctl_el2, xzr
  AT_EL1 counter
  mov x0, #3
  msr cnthctl_el2, x0
  mov x0, #(1 << 8 | 1 << 9)
  msr mdcr_el2, x0
  AT_EL1 debug
  msr mdcr_el2, xzr
  AT_EL1 debug

// ---- stage 2, granule of 4K: level 1 blocks, and pages of every kind in one 2 MiB
  ldr x0, =TABLE2
  ldr x1, =0x00000000000004c1   // devices: nGnRnE, read and write
  str x1, [x0]
  ldr x1, =(TABLE2L2 + 3)
  str x1, [x0, #8]
  ldr x2, =TABLE2L2
  ldr x1, =0x400007fd           // normal memory in blocks of 2 MiB
  mov x3, #0
1: str x1, [x2, x3, lsl #3]
  add x1, x1, #0x200000
  add x3, x3, #1
  cmp x3, #16
  b.lt 1b
  ldr x1, =(TABLE2L3 + 3)
  str x1, [x2, #16]
  ldr x2, =TABLE2L3
  ldr x1, =(PAGES + 0x7ff)
  str x1, [x2]                  // everything
  ldr x1, =(PAGES + 0x77f)      // read only
  str x1, [x2, #8]
  ldr x1, =(PAGES + 0x7bf)      // write only
  str x1, [x2, #16]
  ldr x1, =(PAGES + 0x3ff)      // no Access flag
  str x1, [x2, #24]
  ldr x1, =(PAGES + 0x7ff + 1 << 54)
  str x1, [x2, #32]             // never executed
  ldr x1, =(PAGES + 0x7c3)
  str x1, [x2, #40]             // Device
  ldr x1, =0x0000800000000fff
  str x1, [x2, #48]             // output address too large
  ldr x0, =0x80023558           // 40 bits of address, from level 1, with 40 of output
  msr vtcr_el2, x0
  ldr x0, =(TABLE2 + (7 << 48))
  msr vttbr_el2, x0
  tlbi alle1
  dsb sy
  LIT x0, (HCR_RW | 1)
  msr hcr_el2, x0
  isb
  AT_EL1 stage2
  ldr x5, =PAGES
  at s12e1r, x5
  bl parts
  VAL 'a', 't', 'r', '0'
  add x5, x5, #0x1000
  at s12e1w, x5
  bl parts
  VAL 'a', 't', 'w', '1'
  ldr x5, =0x80000000
  at s12e1r, x5
  bl parts
  VAL 'a', 't', 'u', 'n'
  at s1e1r, x5
  bl parts
  VAL 'a', 't', 's', '1'
// a page that moves: seen after the invalidation by its address
  ldr x2, =TABLE2L3
  ldr x1, =(PAGES + 0x3000 + 0x7ff)
  str x1, [x2]
  dsb sy
  ldr x0, =(PAGES >> 12)
  tlbi ipas2e1, x0
  dsb sy
  tlbi vmalle1
  dsb sy
  isb
  AT_EL1 stage2_moved
// stage 1 on, its tables first readable, then not
  ldr x0, =TABLE1
  ldr x1, =0x0000000000000405
  str x1, [x0]
  ldr x1, =(TABLE1L2 + 3)
  str x1, [x0, #8]
  ldr x2, =TABLE1L2
  ldr x1, =0x40000701
  mov x3, #0
1: str x1, [x2, x3, lsl #3]
  add x1, x1, #0x200000
  add x3, x3, #1
  cmp x3, #16
  b.lt 1b
  ldr x1, =(TABLE1L3 + 3)
  str x1, [x2, #16]
  ldr x1, =(PAGES + 0x7000 + 3) // a table that stage 2 does not have
  str x1, [x2, #24]
  ldr x2, =TABLE1L3
  ldr x1, =(PAGES + 0x703)
  str x1, [x2]
  ldr x1, =(PAGES + 0x1783)     // read only in both stages
  str x1, [x2, #8]
  ldr x1, =(PAGES + 0x743)      // of EL0
  str x1, [x2, #16]
  AT_EL1 stage1_on_2
  msr hcr_el2, xzr
  LIT x0, HCR_RW
  msr hcr_el2, x0

// ---- stage 2, granule of 64K: one block of 512 MiB
  ldr x0, =TABLE2_64K
  ldr x1, =0x00000000000004c1
  str x1, [x0]
  ldr x1, =0x400007fd
  str x1, [x0, #16]
  ldr x0, =0x8002755c           // 36 bits, from level 2
  msr vtcr_el2, x0
  ldr x0, =(TABLE2_64K + (8 << 48))
  msr vttbr_el2, x0
  tlbi vmalls12e1
  dsb sy
  LIT x0, (HCR_RW | 1)
  msr hcr_el2, x0
  isb
  AT_EL1 stage2_64k
  LIT x0, HCR_RW
  msr hcr_el2, x0
  isb

// ---- timers: the hypervisor's own interrupts EL1, which has interrupts masked; the virtual count is behind
  mov x0, #(1 << 40)
  msr cntvoff_el2, x0
  isb
  mrs x1, cntvct_el0
  mrs x0, cntpct_el0
  sub x0, x0, x1
  lsr x0, x0, #32
  VAL 'v', 'o', 'f', 'f'
  msr cntvoff_el2, xzr
  ldr x2, =GICD
  mov w0, #0x12
  str w0, [x2]
  ldr x3, =(GICR + 0x10000)
  mov w0, #-1
  str w0, [x3, #0x80]
  mov w0, #(1 << 26 | 1 << 25)
  str w0, [x3, #0x100]
  ldr x3, =GICR
  str wzr, [x3, #0x14]
  mrs x0, s3_4_c12_c9_5         // ICC_SRE_EL2
  mov x1, #9
  orr x0, x0, x1
  msr s3_4_c12_c9_5, x0
  isb
  mov x0, #0xf0
  msr s3_0_c4_c6_0, x0          // ICC_PMR_EL1
  mov x0, #1
  msr s3_0_c12_c12_7, x0        // ICC_IGRPEN1_EL1
  isb
  mov x21, #0
  mov x0, #2000
  msr cnthp_tval_el2, x0
  mov x0, #1
  msr cnthp_ctl_el2, x0
  LIT x0, (HCR_RW | 1 << 4)
  msr hcr_el2, x0
  isb
  AT_EL1 spin
  mov x0, x21
  VAL 'h', 't', 'i', 'm'

// ---- virtual interrupts: by HCR_EL2, and by a list register
  LIT x0, (HCR_RW | 1 << 4 | 1 << 7)
  msr hcr_el2, x0
  isb
  AT_EL1 virtual_irq
  LIT x0, (HCR_RW | 1 << 3 | 1 << 4 | 1 << 5)
  msr hcr_el2, x0
  mov x0, #1
  msr s3_4_c12_c11_0, x0        // ICH_HCR_EL2.En
  ldr x0, =0x5050000000000028   // interrupt 40, group 1, priority 0x50, pending
  msr s3_4_c12_c12_0, x0        // ICH_LR0_EL2
  isb
  mrs x0, s3_4_c12_c11_5        // ICH_ELRSR_EL2
  and x0, x0, #1
  VAL 'l', 'r', 'f', '0'
  AT_EL1 virtual_gic
  mrs x0, s3_4_c12_c12_0
  VAL 'l', 'r', '0', '='
  mrs x0, s3_4_c12_c11_5
  and x0, x0, #1
  VAL 'l', 'r', 'f', '1'
  mrs x0, s3_4_c12_c11_7        // ICH_VMCR_EL2
  VAL 'v', 'm', 'c', 'r'
  msr s3_4_c12_c11_0, xzr

// ---- no EL1 at all: EL0 under EL2
  LIT x0, (HCR_RW | 1 << 27)
  msr hcr_el2, x0
  isb
  mov x0, #0x3c0
  adr x1, el0_code
  bl enter
  mov x0, #0x3c5                // EL1h is illegal now
  adr x1, illegal
  msr spsr_el2, x0
  msr elr_el2, x1
  eret
illegal:
  nop                           // the exception goes on behind this
  LIT x0, HCR_RW
  msr hcr_el2, x0
  isb

// ---- FEAT_VHE
  mrs x0, id_aa64mmfr1_el1
  ubfx x0, x0, #8, #4
  VAL 'v', 'h', 'e', '='
  mrs x0, id_aa64mmfr1_el1
  ubfx x0, x0, #8, #4
  cbz x0, finish
  ldr x0, =0x30d00800
  msr sctlr_el1, x0
  LIT x0, (HCR_RW | 1 << 34 | 1 << 27)
  msr hcr_el2, x0
  mov x0, #(3 << 20)
  msr cpacr_el1, x0             // CPTR_EL2
  isb
  mrs x0, cptr_el2
  VAL 'c', 'p', 't', 'r'
  mrs x0, s3_5_c1_c0_0
  VAL 's', 'c', '1', '2'
  mov x0, #0x1230
  msr esr_el1, x0
  mov x0, #0x4560
  msr s3_5_c5_c2_0, x0          // ESR_EL12
  mrs x0, esr_el2
  VAL 'e', 's', 'r', '2'
  mrs x0, s3_5_c5_c2_0
  VAL 'e', 's', '1', '2'
  mov x0, #0x77
  msr elr_el1, x0
  mrs x0, elr_el2
  VAL 'e', 'l', 'r', '2'
  mov x0, #0x88
  msr contextidr_el1, x0
  mrs x0, s3_4_c13_c0_1
  VAL 'c', 'i', 'd', '2'
  mov x0, #3
  msr cntkctl_el1, x0
  mrs x0, cnthctl_el2
  VAL 'h', 'c', 't', 'l'
  mov x0, #2
  msr cntp_ctl_el0, x0
  mrs x0, cnthp_ctl_el2
  and x0, x0, #3
  VAL 'h', 'p', 'c', 't'
  mrs x0, s3_5_c14_c2_1         // CNTP_CTL_EL02
  and x0, x0, #3
  VAL 'c', 't', '0', '2'
// the EL2&0 regime: the tables of stage 1, with addresses in both ranges
  ldr x0, =TABLE1
  msr ttbr0_el2, x0
  mov x1, #(5 << 48)
  orr x0, x0, x1
  msr s3_4_c2_c0_1, x0          // TTBR1_EL2
  ldr x0, =0x00000001b5203520
  msr tcr_el1, x0
  ldr x0, =0x00000000000000ff
  msr mair_el1, x0
  tlbi alle2
  dsb sy
  isb
  mrs x0, sctlr_el1
  ldr x1, =0x00800005           // translation, SPAN
  orr x0, x0, x1
  msr sctlr_el1, x0
  isb
  ldr x5, =(0xffffffff00000000 + PAGES)
  ldr x0, =0xabcdef
  str x0, [x5, #64]
  ldr x5, =PAGES
  ldr x0, [x5, #64]
  VAL 'h', 'i', 'g', 'h'
  at s1e2r, x5
  bl parts
  VAL 'a', 't', 'e', '2'
  str x0, [x5, #0x1000]         // read only
  mov x9, #(1 << 22)
  msr s3_0_c4_c2_3, x9          // PAN
  ldr x0, [x5, #0x2000]         // of EL0, behind PAN
  msr s3_0_c4_c2_3, xzr
  ldr x0, [x5, #0x2040]
  VAL 'u', 's', 'e', 'r'
  ldtr x0, [x5, #0]             // not of EL0
  mov x0, #0x3c0
  ldr x2, =TABLE1L2             // this code becomes EL0's too, read only
  ldr x3, =0x400007c1
  str x3, [x2]
  tlbi alle2
  dsb sy
  isb
  adr x1, el0_code
  bl enter
  mrs x0, sctlr_el1
  bic x0, x0, #1
  msr sctlr_el1, x0
  isb

finish:
  ldr x0, =0x84000008
  smc #0
  b .

// ---- subroutines of EL2

// PAR_EL1 without the shareability, in which models differ for Device memory
parts:
  isb
  mrs x0, par_el1
  bic x0, x0, #0x180
  ret
// prints the letters in W1 and X0
value:
  stp x2, x3, [sp, #-32]!
  stp x4, x30, [sp, #16]
  ldr x2, =UART
1: strb w1, [x2]
  lsr w1, w1, #8
  cbnz w1, 1b
  bl number
  mov w1, #'\n'
  strb w1, [x2]
  ldp x4, x30, [sp, #16]
  ldp x2, x3, [sp], #32
  ret
// a blank and X0 in hexadecimal, without leading zeros, to the UART in X2; uses X1, X3, X4
number:
  mov w1, #' '
  strb w1, [x2]
  mov x3, #60
1: lsr x1, x0, x3
  cbnz x1, 2f
  cbz x3, 2f
  sub x3, x3, #4
  b 1b
2: lsr x1, x0, x3
  and x1, x1, #15
  cmp x1, #10
  add x4, x1, #'0'
  add x1, x1, #('a' - 10)
  csel x1, x4, x1, lt
  strb w1, [x2]
  subs x3, x3, #4
  b.ge 2b
  ret

// runs the code at X0 at EL1 until its HVC 255
el1:
  mov x1, x0
  mov x0, #0x3c5
// goes to X1 with PSTATE X0; HVC 255, or SVC 255 without EL1, comes back
enter:
  stp x29, x30, [sp, #-16]!
  msr spsr_el2, x0
  msr elr_el2, x1
  ldr x0, =STACK1
  msr sp_el1, x0
  isb
  eret
back:
  ldp x29, x30, [sp], #16
  ret

// ---- code of EL1
who:
  mrs x0, currentel
  TELL 1
  mrs x0, midr_el1
  TELL 2
  mrs x0, mpidr_el1
  TELL 3
  mrs x0, hcr_el2               // UNDEFINED at EL1
  mrs x0, s3_5_c1_c0_0
  hvc #255
vm_registers:
  msr ttbr0_el1, x0
  msr ttbr1_el1, x1
  mrs x2, tcr_el1
  msr contextidr_el1, x3
  mrs x4, sctlr_el1
  mrs x5, mair_el1
  mrs x6, far_el1
  hvc #255
id_registers:
  mrs x0, id_aa64pfr0_el1
  mrs x1, id_aa64isar1_el1
  mrs x2, ctr_el0
  mrs x3, clidr_el1
  mrs x4, csselr_el1
  mrs x5, aidr_el1
  mrs x6, revidr_el1
  mrs x7, actlr_el1
  mrs x8, midr_el1
  hvc #255
operations:
  wfi
  smc #3
  tlbi vmalle1
  tlbi vae1is, x5
  dc csw, x6
  dc cvac, x7
  ic iallu
  adr x7, operations
  dc cvau, x7
  hvc #255
fp:
  fmov d0, xzr
  mrs x0, cpacr_el1
  hvc #255
counter:
  mrs x0, cntpct_el0
  mrs x1, cntp_ctl_el0
  msr cntp_cval_el0, x2
  mrs x0, cntvct_el0
  hvc #255
debug:
  brk #9
  mrs x3, mdscr_el1
  hvc #255
stage2:
  ldr x1, =PAGES
  mov x0, #0x55
  str x0, [x1]
  ldr x0, [x1]
  TELL 4
  ldr x1, =PAGES
  add x2, x1, #0x1, lsl #12
  strb w5, [x2, #1]             // read only
  ldr x0, [x1, #0x1000]
  add x2, x1, #0x2, lsl #12
  ldrsh x6, [x2, #2]            // write only
  str w6, [x1, #0x2000]
  ldr x7, [x1, #0x3000]         // no Access flag
  add x2, x1, #0x3, lsl #12
  ldp x6, x7, [x2, #16]
  ldar w8, [x1]
  str x0, [x1, #0x6000]         // output too large
  str x0, [x1, #0x7008]         // nothing there
  ldr x0, [x1, #0x8]!
  ldr x1, =0x80000018
  stlr x0, [x1]
  ldr x0, [x1], #8
  ldr x1, =0x10000000020
  ldr w0, [x1]                  // beyond 40 bits
  ldr x1, =PAGES
  add x1, x1, #0x4000
  blr x1                        // never executed
  hvc #255
stage2_moved:
  ldr x1, =PAGES
  mov x0, #0x66
  str x0, [x1, #0x20]
  ldr x0, [x1, #0x20]
  TELL 5
  hvc #255
stage1_on_2:
  ldr x0, =TABLE1
  msr ttbr0_el1, x0
  ldr x0, =0x0000000100803520
  msr tcr_el1, x0
  ldr x0, =0x00000000000000ff
  msr mair_el1, x0
  isb
  mrs x0, sctlr_el1
  orr x0, x0, #1
  msr sctlr_el1, x0
  isb
  ldr x1, =PAGES
  ldr x0, [x1, #0x20]
  TELL 6
  ldr x1, =PAGES
  str x0, [x1, #0x1000]         // stage 1's fault comes first
  add x2, x1, #0x200, lsl #12
  ldr x0, [x2]                  // the table is not there
  at s1e1r, x1
  isb
  mrs x0, par_el1
  TELL 7
  ldr x1, =(PAGES + 0x200000)
  at s1e1r, x1
  mrs x0, sctlr_el1
  bic x0, x0, #1
  msr sctlr_el1, x0
  isb
  hvc #255
stage2_64k:
  ldr x1, =PAGES
  mov x0, #0x99
  str x0, [x1, #0x40]
  ldr x0, [x1, #0x40]
  TELL 8
  ldr x1, =0x80000000
  ldr x0, [x1]
  hvc #255
spin:
  cbz x21, spin
  hvc #255
virtual_irq:
  mov x21, #0
  mrs x0, isr_el1
  TELL 9
  msr daifclr, #2
  nop
1: cbz x21, 1b
  hvc #255
virtual_gic:
  mov x21, #0
  mov x0, #0xf0
  msr s3_0_c4_c6_0, x0
  mov x0, #1
  msr s3_0_c12_c12_7, x0
  isb
  mrs x0, s3_0_c12_c12_2        // ICC_HPPIR1_EL1
  TELL 10
  msr daifclr, #2
  nop
1: cbz x21, 1b
  msr daifset, #2
  mrs x0, s3_0_c12_c11_3        // ICC_RPR_EL1
  TELL 11
  mov x0, #40
  msr s3_0_c12_c12_1, x0        // ICC_EOIR1_EL1
  mrs x0, s3_0_c12_c11_3
  TELL 12
  msr s3_0_c12_c11_5, x0        // ICC_SGI1R_EL1 is the hypervisor's
  hvc #255

// ---- code of EL0
el0_code:
  svc #5
  brk #6
  mrs x0, vbar_el1
  ldr x1, =0x00000009fffff000
  ldr x0, [x1]
  svc #255

  .ltorg

// ---- vectors of EL1: tell EL2, then go on behind the instruction
  .balign 2048, 0
vectors1:
  .rept 16
  b from_el1_vector
  .balign 128, 0
  .endr
from_el1_vector:
  mrs x2, esr_el1
  mrs x0, isr_el1
  tst x0, #0x80
  b.eq 1f
  mov x21, #1
  mrs x0, s3_0_c12_c12_0        // ICC_IAR1_EL1
  hvc #3
  mrs x0, spsr_el1              // interrupts stay masked
  orr x0, x0, #0x80
  msr spsr_el1, x0
  eret
1: hvc #2
  mrs x0, elr_el1
  add x0, x0, #4
  msr elr_el1, x0
  eret

// ---- vectors of EL2
  .balign 2048, 0
vectors2:
  mov x28, #0
  b taken
  .balign 128, 0
  b interrupt
  .balign 128, 0
  b .
  .balign 128, 0
  b .
  .balign 128, 0
  mov x28, #2
  b taken
  .balign 128, 0
  b interrupt
  .balign 128, 0
  b .
  .balign 128, 0
  b .
  .balign 128, 0
  mov x28, #4
  b taken
  .balign 128, 0
  b interrupt
  .balign 128, 0
  b .
  .balign 128, 0
  b .
  .rept 4
  .balign 128, 0
  b .
  .endr

interrupt:
  stp x0, x1, [sp, #-64]!
  stp x2, x3, [sp, #16]
  stp x4, x30, [sp, #32]
  mrs x0, s3_0_c12_c12_0
  mov x4, x0
  msr cnthp_ctl_el2, xzr
  mov x21, #1
  msr s3_0_c12_c12_1, x4
  VAL 'i', 'r', 'q', '2'
  ldp x4, x30, [sp, #32]
  ldp x2, x3, [sp, #16]
  ldp x0, x1, [sp], #64
  eret

taken:
  stp x0, x1, [sp, #-64]!
  stp x2, x3, [sp, #16]
  stp x4, x30, [sp, #32]
  str x28, [sp, #48]
  mrs x0, esr_el2
  lsr x1, x0, #26
  and x2, x0, #0xffff
  cmp x1, #0x16
  b.eq called
  cmp x1, #0x15
  b.ne 1f
  cmp x2, #255
  b.eq leave
// "x<vector> ESR PSTATE", and for aborts FAR and HPFAR
1: ldr x2, =UART
  mov w1, #'x'
  strb w1, [x2]
  add w1, w28, #'0'
  strb w1, [x2]
  lsr x3, x0, #26
  ldr x1, =(0x7ff << 14)        // what an abort of EL2's own stage 1 tells about the access: QEMU does, the architecture does not
  bic x1, x0, x1
  cmp x3, #0x25
  csel x0, x1, x0, eq
  bl number
  mrs x0, spsr_el2
  bl number
  mrs x0, esr_el2
  lsr x1, x0, #26
  and x1, x1, #0x38
  cmp x1, #0x20
  b.ne 2f
  mrs x0, far_el2
  bl number
  mrs x0, hpfar_el2
  bl number
2: mov w1, #'\n'
  strb w1, [x2]
  mrs x0, esr_el2
  lsr x1, x0, #26
  cmp x1, #0x15
  b.eq restore                  // returns behind itself
  cmp x1, #0x20
  b.eq 3f
  mrs x0, elr_el2
  add x0, x0, #4
  msr elr_el2, x0
  mrs x0, spsr_el2              // not illegal for ever
  bic x0, x0, #(1 << 20)
  msr spsr_el2, x0
restore:
  ldp x4, x30, [sp, #32]
  ldp x2, x3, [sp, #16]
  ldp x0, x1, [sp], #64
  eret
// a fetch: back to the caller
3: ldr x0, [sp, #40]
  msr elr_el2, x0
  b restore

called:
  cmp x2, #255
  b.eq leave
  cmp x2, #3
  b.eq 4f
  cmp x2, #2
  b.eq 5f
  cmp x2, #1
  b.ne 1b
  ldr x2, =UART                 // a value of EL1
  mov w1, #'t'
  strb w1, [x2]
  ldr x0, [sp, #8]
  bl number
  ldr x0, [sp]
  bl number
  b 6f
4: ldr x2, =UART                // an interrupt that EL1 took
  mov w1, #'i'
  strb w1, [x2]
  ldr x0, [sp]
  bl number
  mrs x0, hcr_el2               // it is no longer there
  bic x0, x0, #(1 << 7)
  msr hcr_el2, x0
  b 6f
5: ldr x2, =UART                // an exception that EL1 took
  mov w1, #'y'
  strb w1, [x2]
  ldr x0, [sp, #16]
  bl number
  mrs x0, spsr_el1
  bl number
  mrs x0, far_el1
  bl number
6: mov w1, #'\n'
  strb w1, [x2]
  b restore

leave:
  add sp, sp, #64
  b back
  .ltorg
