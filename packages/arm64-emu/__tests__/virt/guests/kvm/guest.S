// What runs under KVM: identification, MMIO of all kinds, its own translation, a timer and an SGI through the virtual
// GIC, PSCI, a register that nobody has, many pages on demand. It tells what it finds by stores to 0x09000000.
	.text
	.globl _start
_start:
	mov x24, x0                   // version of the GIC
	// x20 = MMIO byte port
	movz x20, #0x0900, lsl #16
	adr x1, vectors
	msr vbar_el1, x1
	isb
	mov w0, #'G'
	strb w0, [x20]
	// report MPIDR, MIDR
	mrs x0, mpidr_el1
	str x0, [x20, #8]
	mrs x0, midr_el1
	str w0, [x20, #8]
	mrs x0, currentel
	str x0, [x20, #8]
	mrs x0, ctr_el0
	str x0, [x20, #8]
	// FP in the guest
	mrs x0, cpacr_el1
	orr x0, x0, #(3<<20)
	msr cpacr_el1, x0
	isb
	fmov d0, #1.5
	fadd d0, d0, d0
	fmov x0, d0
	str x0, [x20, #8]
	// MMIO loads
	ldrb w0, [x20, #16]
	str x0, [x20, #8]
	ldrsh x0, [x20, #24]
	str x0, [x20, #8]
	ldrsb w0, [x20, #32]
	str x0, [x20, #8]
	// MMU on: identity 1 GiB blocks
	adr x0, l1
	msr ttbr0_el1, x0
	ldr x0, =0x0000000100803520   // T0SZ 32 -> start level 1, EPD1
	msr tcr_el1, x0
	ldr x0, =0x00000000000000ff
	msr mair_el1, x0
	isb
	mrs x0, sctlr_el1
	orr x0, x0, #1
	msr sctlr_el1, x0
	isb
	mov w0, #'M'
	strb w0, [x20]
	at s1e1r, x20
	isb
	mrs x0, par_el1
	bic x0, x0, #0x180            // shareability, in which models differ for Device memory
	str x0, [x20, #8]
	// timer interrupt, through the virtual GIC
	movz x2, #0x0800, lsl #16     // GICD
	add x23, x2, #0x10, lsl #12   // GICC
	cmp x24, #2
	b.eq gicv2
	mov w0, #2
	str w0, [x2]                  // GICD_CTLR group 1 (ARE)
	mov w0, #0x12
	str w0, [x2]
	movz x3, #0x080a, lsl #16     // GICR
	str wzr, [x3, #0x14]
	add x4, x3, #0x10000
	mov w0, #-1
	str w0, [x4, #0x80]           // group 1
	movz w0, #0x0800, lsl #16
	str w0, [x4, #0x100]          // enable 27
	mov x0, #0xf0
	msr s3_0_c4_c6_0, x0          // PMR
	mov x0, #1
	msr s3_0_c12_c12_7, x0        // IGRPEN1
	isb
	b ready
gicv2:
	mov x4, x2                    // SGIs and PPIs are the distributor's
	movz w0, #0x0800, lsl #16
	str w0, [x4, #0x100]          // enable 27
	mov w0, #1
	str w0, [x2]                  // GICD_CTLR
	str w0, [x23]                 // GICC_CTLR
	mov w0, #0xf0
	str w0, [x23, #4]             // GICC_PMR
ready:
	mov w21, #0
	mov x0, #3000
	msr cntv_tval_el0, x0
	mov x0, #1
	msr cntv_ctl_el0, x0
	isb
	msr daifclr, #2
1:	wfi
	cmp w21, #3
	b.lt 1b
	msr daifset, #2
	mov w0, #'T'
	strb w0, [x20]
	str x21, [x20, #8]
	// self-sent SGI
	mov w22, #0
	mov w0, #1
	str w0, [x4, #0x100]
	msr daifclr, #2
	movz w0, #0x0200, lsl #16     // to itself
	cmp x24, #2
	b.eq 7f
	mov x0, #1
	msr s3_0_c12_c11_5, x0
	isb
	b 2f
7:	str w0, [x2, #0xf00]          // GICD_SGIR
2:	cbz w22, 2b
	mov w0, #'S'
	strb w0, [x20]
	// PSCI version by HVC
	movz w0, #0x8400, lsl #16
	hvc #0
	str x0, [x20, #8]
	// undefined sysreg: trapped by EL2, injected back
	mrs x0, s3_0_c15_c1_0
	mov w0, #'U'
	strb w0, [x20]
	// many pages: stage 2 faults on demand
	movz x5, #0x4010, lsl #16
	mov x6, #0
3:	lsl x10, x6, #12
	str x6, [x5, x10]
	add x6, x6, #1
	cmp x6, #64
	b.lt 3b
	mov x7, #0
	mov x6, #0
4:	lsl x10, x6, #12
	ldr x8, [x5, x10]
	add x7, x7, x8
	add x6, x6, #1
	cmp x6, #64
	b.lt 4b
	str x7, [x20, #8]
	// power off
	movz w0, #0x8400, lsl #16
	movk w0, #8
	hvc #0
	b .

	.balign 2048
vectors:
	.space 0x200
	// sync, current EL with SPx
	mrs x0, esr_el1
	str x0, [x20, #8]
	mrs x0, elr_el1
	add x0, x0, #4
	msr elr_el1, x0
	eret
	.balign 128
	// irq
	cmp x24, #2
	b.eq 8f
	mrs x9, s3_0_c12_c12_0
	b 9f
8:	ldr w9, [x23, #0xc]           // GICC_IAR
9:
	cmp w9, #27
	b.ne 5f
	add w21, w21, #1
	mov x0, #3000
	msr cntv_tval_el0, x0
	cmp w21, #3
	b.lt 6f
	msr cntv_ctl_el0, xzr
	b 6f
5:	mov w22, #1
	str x9, [x20, #8]
6:	isb
	cmp x24, #2
	b.eq 8f
	msr s3_0_c12_c12_1, x9
	isb
	eret
8:	str w9, [x23, #0x10]          // GICC_EOIR
	eret
	.balign 2048
	.balign 4096
l1:
	.quad 0x0000000000000401 | (1 << 2)   // 0..1G device (attr 1 = 0)
	.quad 0x0000000040000701              // 1..2G normal (attr 0)
	.space 4096 - 16
