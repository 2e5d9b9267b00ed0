// GICv2's virtual interrupts: the hypervisor's registers (GICH) and the guest's (GICV), list registers from injection to
// end, maintenance interrupts. Prints what it finds; QEMU's virt with virtualization=on and gic-version=2 prints the same.
  .equ UART, 0x09000000
  .equ GICD, 0x08000000
  .equ GICC, 0x08010000
  .equ GICH, 0x08030000
  .equ GICV, 0x08040000
  .equ STACK, 0x40300000
  .equ HCR, 0x00
  .equ VTR, 0x04
  .equ VMCR, 0x08
  .equ MISR, 0x10
  .equ EISR, 0x20
  .equ ELRSR, 0x30
  .equ APR, 0xf0
  .equ LR, 0x100
  .equ CTLR, 0x00
  .equ PMR, 0x04
  .equ BPR, 0x08
  .equ IAR, 0x0c
  .equ EOIR, 0x10
  .equ RPR, 0x14
  .equ HPPIR, 0x18
  .equ ABPR, 0x1c
  .equ APR0, 0xd0
  .equ DIR, 0x1000
  .equ EN, 1
// list registers
  .equ PENDING, 1 << 28
  .equ ACTIVE, 2 << 28
  .equ GROUP1, 1 << 30
  .equ HW, 1 << 31
  .equ EOI, 1 << 19

// x19 UART, x20 GICD, x21 GICC, x22 GICH, x23 GICV
  .macro SET base, offset, value
  ldr w0, =(\value)
  str w0, [\base, #\offset]
  .endm
  .macro GET base, offset
  ldr w0, [\base, #\offset]
  bl number
  .endm
// a letter, and what GICH, GICV and the real GIC say
  .macro STATE letter
  mov w0, #\letter
  bl state
  .endm
  .macro LIST n, value
  SET x22, LR + 4 * \n, \value
  .endm

start:
  ldr x0, =STACK
  mov sp, x0
  adr x0, vectors2
  msr vbar_el2, x0
  adr x0, vectors1
  msr vbar_el1, x0
  ldr x0, =(1 << 31 | 1 << 3 | 1 << 4)
  msr hcr_el2, x0
  isb
  ldr x19, =UART
  ldr x20, =GICD
  ldr x21, =GICC
  ldr x22, =GICH
  ldr x23, =GICV
// the real GIC: PPI 25 is the virtual interface's own interrupt
  SET x20, 0, 1
  SET x20, 0x100, 1 << 25
  SET x21, PMR, 0xff
  SET x21, CTLR, 1

// ---- reset values, and what ones leave
  bl registers
  SET x22, HCR, 0x07ffffff
  SET x22, VMCR, 0xffffffff
  SET x22, APR, 0xffffffff
  LIST 0, 0xffffffff
  LIST 1, 0xffffffff
  SET x22, VTR, 0
  SET x22, MISR, 0
  SET x22, ELRSR, 0
  bl registers
  SET x22, VMCR, 0
  SET x22, APR, 0
  SET x22, HCR, 0
  LIST 0, 0
  LIST 1, 0
  SET x23, CTLR, 0xffffffff
  SET x23, PMR, 0xffffffff
  SET x23, BPR, 0xffffffff
  SET x23, ABPR, 0xffffffff
  SET x23, APR0, 0x80000001
  bl registers
  SET x23, BPR, 0
  SET x23, ABPR, 3
  SET x23, APR0, 0
  bl registers

// ---- groups: IRQ or FIQ
  SET x23, CTLR, 3
  SET x23, PMR, 0xf8
  SET x22, HCR, EN
  STATE 'a'
  LIST 0, PENDING | 0x0a << 23 | 40
  STATE 'b'
  SET x23, CTLR, 3 | 8          // FIQEn
  STATE 'c'
  bl take
  STATE 'd'
  SET x23, EOIR, 40
  STATE 'e'
  LIST 1, PENDING | GROUP1 | 0x0b << 23 | 41
  STATE 'f'
  ldr w0, [x23, #IAR]           // of the other group
  bl line
  SET x23, CTLR, 3 | 4          // AckCtl
  STATE 'g'
  bl take
  SET x23, EOIR, 41
  STATE 'h'
  SET x23, CTLR, 3
  SET x22, HCR, 0
  LIST 0, PENDING | 0x0a << 23 | 40
  STATE 'i'                     // not enabled
  SET x22, HCR, EN
  SET x23, CTLR, 2
  STATE 'j'                     // its group is not
  SET x23, CTLR, 3

// ---- priorities: masked, nested, with binary points
  SET x23, PMR, 0x58
  LIST 1, PENDING | 0x0b << 23 | 41
  STATE 'k'
  SET x23, PMR, 0xf8
  SET x23, BPR, 5               // two bits of priority count
  bl take                       // 40
  LIST 2, PENDING | 0x08 << 23 | 42
  STATE 'l'
  LIST 2, PENDING | 0x07 << 23 | 42
  STATE 'm'
  bl take                       // 42 in 40
  STATE 'n'
  SET x23, EOIR, 42
  SET x23, EOIR, 40
  SET x23, BPR, 2
  STATE 'o'
  bl take                       // 41
  SET x23, EOIR, 41
  STATE 'p'

// ---- software generated interrupts with sources
  LIST 0, PENDING | 0x0a << 23 | 3 << 10 | 5
  bl take
  SET x23, EOIR, 3 << 10 | 5
  STATE 'q'

// ---- priority drop and deactivation split
  SET x23, CTLR, 0x203
  LIST 0, PENDING | 0x0a << 23 | EOI | 40
  bl take
  SET x23, EOIR, 40
  STATE 'r'
  SET x23, DIR, 40
  STATE 's'                     // the end is reported
  LIST 0, 0
  STATE 't'
  SET x23, DIR, 44              // no list register
  STATE 'u'
  SET x22, HCR, 1 << 27 | 4 | EN
  STATE 'v'                     // LRENPIE
  SET x22, HCR, EN
  SET x23, CTLR, 3
  SET x23, EOIR, 44             // nothing is active
  STATE 'w'
  SET x23, APR0, 1 << 10
  SET x23, EOIR, 44
  STATE 'x'

// ---- a real interrupt behind a virtual one
  SET x20, 0x104, 1 << 8        // SPI 8, id 40
  SET x20, 0x204, 1 << 8
  SET x20, 0x828, 0x01010101
  SET x21, CTLR, 0x201          // EOImode
  ldr w0, [x21, #IAR]
  bl line
  SET x21, EOIR, 40
  LIST 0, PENDING | HW | 0x0a << 23 | 40 << 10 | 60
  STATE 'y'
  bl take
  SET x23, EOIR, 60
  STATE 'z'
  SET x21, CTLR, 1

// ---- pending again while active
  LIST 0, PENDING | ACTIVE | 0x0a << 23 | 40
  SET x23, APR0, 1 << 10
  STATE 'A'
  SET x23, EOIR, 40
  STATE 'B'
  LIST 0, 0

// ---- reasons of the maintenance interrupt
  SET x22, HCR, 2 | EN          // UIE
  STATE 'C'
  LIST 0, ACTIVE | 40
  STATE 'D'
  LIST 1, PENDING | 41
  STATE 'E'
  SET x22, HCR, 8 | EN          // NPIE
  STATE 'F'
  LIST 1, 0
  STATE 'G'
  LIST 0, 0
  SET x22, HCR, 0xf0 | EN       // VGrpnEIE, VGrpnDIE
  STATE 'H'
  SET x23, CTLR, 2
  STATE 'I'
  SET x23, CTLR, 0
  STATE 'J'
  SET x22, HCR, 0xf0
  STATE 'K'                     // off altogether

  ldr x0, =0x84000008
  smc #0
  b .

// ---- subroutines of EL2
registers:
  mov x28, x30
  GET x22, HCR
  GET x22, VTR
  GET x22, VMCR
  GET x22, APR
  GET x22, ELRSR
  GET x22, EISR
  GET x22, LR
  GET x22, LR + 4
  GET x23, CTLR
  GET x23, PMR
  GET x23, BPR
  GET x23, ABPR
  GET x23, APR0
  GET x23, 0xfc
  GET x23, RPR
  ldr w0, [x22, #0x24]
  bl line
  ret x28

state:
  mov x28, x30
  strb w0, [x19]
  mov w0, #' '
  strb w0, [x19]
  adr x0, peek
  bl el1
  bl number
  GET x23, HPPIR
  GET x23, RPR
  GET x22, MISR
  GET x22, EISR
  GET x22, ELRSR
  GET x22, APR
  GET x22, HCR
  GET x22, LR
  GET x22, LR + 4
  GET x22, LR + 8
  GET x21, HPPIR
  ldr w0, [x20, #0x304]         // active ids 32 to 63
  bl line
  ret x28

// lets EL1 take an interrupt; prints which, and what it acknowledges
take:
  mov x28, x30
  mov w10, #'-'
  adr x0, open
  bl el1
  strb w10, [x19]
  mov w0, w11
  bl line
  ret x28

// The hypervisor's interrupts, which EL1 cannot mask, wait until EL1 is back.
el1:
  mov x27, x30
  str wzr, [x21, #PMR]
  msr elr_el2, x0
  mov x0, #0x3c5
  msr spsr_el2, x0
  eret

// W0 in hexadecimal, and a space or the end of the line
line:
  mov w5, #'\n'
  b 1f
number:
  mov w5, #' '
1: mov w4, #28
2: lsr w3, w0, w4
  and w3, w3, #15
  cmp w3, #10
  add w6, w3, #'0'
  add w7, w3, #('a' - 10)
  csel w3, w6, w7, lo
  lsr w6, w0, w4
  cmp w6, #0
  ccmp w4, #0, #4, eq           // no leading zeros
  b.eq 3f
  cbz w6, 4f
3: strb w3, [x19]
4: subs w4, w4, #4
  b.ge 2b
  strb w5, [x19]
  ret

// ---- EL1
peek:
  isb
  mrs x0, isr_el1
  hvc #0
open:
  msr daifclr, #3
  nop
  hvc #0

  .ltorg

  .balign 2048, 0
vectors1:
  .balign 2048, 0
  .space 0x280
  mov w10, #'I'
  b 1f
  .space 0x78
  mov w10, #'F'
1: ldr w11, [x23, #IAR]
  hvc #0
  .balign 2048, 0
vectors2:
  .space 0x400
  mov w1, #0xff
  str w1, [x21, #PMR]
  ret x27
  .balign 2048, 0
